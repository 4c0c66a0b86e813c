"""Catalog settings > Webhooks, as admins meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.storage.models import WebhookDelivery, WebhookEndpoint
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.domain.webhooks.stage import Stage, behind_the_product

pytestmark = pytest.mark.django_db

PAGE = "/catalogs/academy/settings/webhooks"


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """An endpoint that leads to a receiver, and its ports behind the pages."""
    with behind_the_product() as found:
        yield found


@pytest.fixture
def ports(stage: Stage) -> Ports:
    return stage.ports


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return stage.cast


def address(stage: Stage, act: str = "") -> str:
    return f"{PAGE}/{stage.made.endpoint.pk}{act}"


def test_a_webhook_is_added_and_its_secret_shown_once(stage: Stage, owner: Visitor) -> None:
    assert "Add a webhook" in owner.get(f"{PAGE}/new").words
    answer = owner.post(
        f"{PAGE}/new",
        {"url": stage.receiver.url, "description": "Data lake", "session.created": "on"},
    )
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.words)
    assert found
    made = WebhookEndpoint.objects.get(description="Data lake")
    assert made.event_types == ["session.created"]
    again = owner.get(f"{PAGE}/{made.pk}")
    assert "whsec_" not in again.words
    assert "Data lake" in owner.get(PAGE).words


def test_what_cannot_be_taken_is_said_at_its_field(stage: Stage, owner: Visitor) -> None:
    answer = owner.post(f"{PAGE}/new", {"url": "ftp://x", "session.created": "on"})
    assert answer.status == 422
    assert "https addresses only" in answer.words
    answer = owner.post(f"{PAGE}/new", {"url": stage.receiver.url})
    assert "No event was chosen." in answer.words


def test_a_test_is_sent_and_its_answer_shown(stage: Stage, owner: Visitor) -> None:
    stage.receiver.statuses = [418]
    assert owner.post(address(stage, "/test")).location == address(stage)
    stage.work()
    page = owner.get(address(stage))
    assert "webhook.ping" in page.words
    assert "418" in page.words
    assert "Failed" in page.words


def test_an_event_and_a_span_are_replayed(stage: Stage, owner: Visitor) -> None:
    emit(stage.ports, catalog=stage.cast.catalog, name="session.changed", payload={})
    stage.work()
    delivery = WebhookDelivery.objects.get()
    owner.post(address(stage, f"/deliveries/{delivery.pk}/replay"))
    stage.work()
    owner.post(address(stage, "/replay"), {"span": "1"})
    assert "1 event goes out again." in owner.get(address(stage)).words
    stage.work()
    assert stage.receiver.ids == [delivery.message_id] * 3


def test_it_is_changed_switched_and_deleted(stage: Stage, owner: Visitor) -> None:
    owner.post(address(stage), {"url": stage.receiver.url, "description": "B", "room.declined": ""})
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.description, endpoint.event_types) == ("B", ["room.declined"])
    owner.post(address(stage, "/switch"), {"to": "off"})
    assert "Switch on" in owner.get(address(stage)).words
    owner.post(address(stage, "/switch"), {"to": "on"})
    assert "whsec_" in owner.post(address(stage, "/secret")).words
    assert "Delete the webhook?" in owner.get(address(stage, "/delete")).words
    assert WebhookEndpoint.objects.exists()
    assert owner.post(address(stage, "/delete-now")).location == PAGE
    assert not WebhookEndpoint.objects.exists()


READS = ("", "/delete")
ACTS = ("", "/test", "/secret", "/switch", "/replay", "/delete-now", "/deliveries/1/replay")


def test_colleague_and_stranger_are_refused_everything(stage: Stage, cast: Cast) -> None:
    for person, status in ((cast.colleague, 403), (cast.stranger, 404)):
        visitor = a_visitor(person)
        assert visitor.get(PAGE).status == status
        assert visitor.post(f"{PAGE}/new", {"url": stage.receiver.url}).status == status
        for act in READS:
            assert visitor.get(address(stage, act)).status == status
        for act in ACTS:
            assert visitor.post(address(stage, act), {"span": "1", "to": "off"}).status == status
    assert WebhookEndpoint.objects.get().is_on
    assert not WebhookDelivery.objects.exists()


def test_a_webhook_of_another_catalog_is_not_found(stage: Stage, owner: Visitor) -> None:
    other = stage.endpoint(stage.cast.other_catalog).endpoint
    assert owner.get(f"{PAGE}/{other.pk}").status == 404
    assert owner.post(f"{PAGE}/{other.pk}/delete-now").status == 404
