"""All catalogs > Webhooks of all catalogs, as LMS admins meet it and as nobody else does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from classbell.domain.notifications.content import content_for
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.template import fill_html
from classbell.ports.bundle import Ports
from classbell.storage.models import AuditEntry, Notification, WebhookDelivery, WebhookEndpoint
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.domain.webhooks.stage import Stage, behind_the_product

pytestmark = pytest.mark.django_db

PAGE = "/webhooks"
OF_CATALOG = "/catalogs/academy/settings/webhooks"


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """The owner's catalog with a webhook of its own, and its ports behind the pages."""
    with behind_the_product() as found:
        yield found


@pytest.fixture
def ports(stage: Stage) -> Ports:
    return stage.ports


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return stage.cast


@pytest.fixture
def lena(cast: Cast) -> Visitor:
    """The LMS admin's browser."""
    return a_visitor(cast.lms_admin)


@pytest.fixture
def of_all(stage: Stage, lena: Visitor) -> WebhookEndpoint:
    """A webhook of all catalogs, which leads to the receiver."""
    form = {"url": stage.receiver.url, "description": "Data lake", "session.changed": "on"}
    lena.post(f"{PAGE}/new", form)
    return WebhookEndpoint.objects.get(catalog=None)


def test_it_is_added_where_lms_admins_look_and_its_secret_shown_once(
    stage: Stage, lena: Visitor
) -> None:
    page = lena.get("/catalogs")
    assert 'href="/webhooks"' in page.html
    page = lena.get(PAGE)
    assert "what happens in every catalog of Contoso" in page.words
    assert "Intranet" not in page.words, "that of a catalog stands in its own settings"
    form = {"url": stage.receiver.url, "description": "Data lake", "session.created": "on"}
    answer = lena.post(f"{PAGE}/new", form)
    assert re.search(r"whsec_[A-Za-z0-9+/=]+", answer.words)
    made = WebhookEndpoint.objects.get(description="Data lake")
    assert (made.catalog, made.organisation) == (None, stage.cast.catalog.organisation)
    assert "Data lake" in lena.get(PAGE).words
    assert "whsec_" not in lena.get(f"{PAGE}/{made.pk}").words


def test_it_is_told_of_every_catalog(stage: Stage, of_all: WebhookEndpoint, lena: Visitor) -> None:
    for catalog in (stage.cast.catalog, stage.cast.other_catalog, stage.cast.foreign_catalog):
        stage.happen_in(catalog)
    stage.work()
    told = WebhookDelivery.objects.filter(endpoint=of_all).order_by("pk")
    said = [re.findall(r'"catalog":"(\w+)"', one.body)[0] for one in told]
    assert said == ["academy", "sales"], "and not of another organisation's"
    assert "session.changed" in lena.get(f"{PAGE}/{of_all.pk}").words


def test_everything_can_be_done_to_it_and_is_recorded(
    stage: Stage, of_all: WebhookEndpoint, lena: Visitor
) -> None:
    here = f"{PAGE}/{of_all.pk}"
    form = {"url": stage.receiver.url, "description": "Lake", "session.changed": "on"}
    assert lena.post(here, form).location == here
    assert lena.post(f"{here}/test").location == here
    stage.work()
    delivery = WebhookDelivery.objects.get(endpoint=of_all)
    assert "whsec_" in lena.post(f"{here}/secret").words
    assert lena.post(f"{here}/deliveries/{delivery.pk}/replay").location == here
    assert lena.post(f"{here}/replay", {"span": "24"}).location == here
    lena.post(f"{here}/switch", {"to": "off"})
    assert "Switch on" in lena.get(here).words
    lena.post(f"{here}/switch", {"to": "on"})
    assert f'action="{here}/delete-now"' in lena.get(f"{here}/delete").html
    assert lena.post(f"{here}/delete-now").location == PAGE
    acts = AuditEntry.objects.filter(subject=f"webhook:{of_all.pk}").order_by("pk")
    assert {(one.actor_name, one.catalog_id) for one in acts} == {("Lena Albrecht", None)}
    words = "created changed tested secret_changed replayed replayed switched_off switched_on"
    assert [one.action for one in acts] == [
        *(f"webhook.{word}" for word in words.split()),
        "webhook.deleted",
    ]
    assert "Webhook deleted" in lena.get("/audit").words


def every_answer(visitor: Visitor, endpoint: WebhookEndpoint) -> set[int]:
    """Open and send all there is about one webhook of all catalogs; return the statuses."""
    here = f"{PAGE}/{endpoint.pk}"
    acts = ("", "/test", "/secret", "/switch", "/replay", "/deliveries/1/replay", "/delete-now")
    read = [visitor.get(here + one).status for one in ("", "/delete")]
    done = [visitor.post(here + one, {"span": "1", "to": "off"}).status for one in acts]
    return {*read, *done}


def test_catalog_admins_do_not_see_it(
    stage: Stage, of_all: WebhookEndpoint, owner: Visitor
) -> None:
    colleague = a_visitor(stage.cast.colleague)
    for visitor in (owner, colleague):
        assert visitor.get(PAGE).status == 403
        assert visitor.post(f"{PAGE}/new", {"url": stage.receiver.url}).status == 403
        assert every_answer(visitor, of_all) == {403}
    page = owner.get(OF_CATALOG)
    assert "Data lake" not in page.words
    assert 'href="/webhooks"' not in page.html
    assert owner.get(f"{OF_CATALOG}/{of_all.pk}").status == 404, "not by way of the own catalog"
    assert owner.post(f"{OF_CATALOG}/{of_all.pk}/secret").status == 404
    assert "Webhook created" not in owner.get("/catalogs/academy/audit?who=Lena").words
    assert WebhookEndpoint.objects.get(pk=of_all.pk).is_on


def test_the_lms_admin_of_another_organisation_finds_nothing(
    stage: Stage, of_all: WebhookEndpoint
) -> None:
    stranger = a_visitor(stage.cast.stranger)
    page = stranger.get(PAGE)
    assert (page.status, "No webhooks yet" in page.words) == (200, True)
    assert every_answer(stranger, of_all) == {404}
    made = stranger.post(f"{PAGE}/new", {"url": stage.receiver.url, "session.changed": "on"})
    assert "whsec_" in made.words
    assert WebhookEndpoint.objects.filter(organisation=of_all.organisation).count() == 2
    assert WebhookEndpoint.objects.get(pk=of_all.pk).is_on


def test_one_of_a_catalog_is_not_reached_from_here(stage: Stage, lena: Visitor) -> None:
    assert every_answer(lena, stage.made.endpoint) == {404}
    assert stage.made.endpoint.catalog is not None


def test_lms_admins_are_told_when_it_is_switched_off_and_where_it_is(
    stage: Stage, of_all: WebhookEndpoint, lena: Visitor
) -> None:
    stage.made.endpoint.delete()
    stage.receiver.statuses = [410]
    stage.happen()
    stage.work()
    told = Notification.objects.get(kind="webhook_off")
    assert told.audience == [stage.cast.lms_admin.pk.hex]
    kind = REGISTRY[told.kind]
    content = content_for(stage.ports, kind, told, Reader("en", "Europe/Copenhagen"))
    mail = fill_html(content.message, {"PERSON NAME": "Lena", **content.values})
    assert "what happens in Contoso:" in mail
    link = re.findall(r'href="([^"]+)"', mail)[0]
    path = link.removeprefix(stage.ports.base_url)
    assert path == f"{PAGE}/{of_all.pk}"
    assert "answered that it is gone (410)" in lena.get(path).words
