"""What monitoring reads: ready or not, and the figures, for whoever has the token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from classbell import bootstrap
from classbell.delivery.heartbeat import beat, no_more
from classbell.delivery.lanes import mailbox_lane
from classbell.domain.operations.readiness import STOPPING_FILE
from classbell.ports.bundle import Ports
from classbell.storage.models import Lane, MessageState
from tests.acceptance.web.conftest import a_visitor
from tests.domain.people import Cast, a_cast
from tests.messages import a_message
from tests.support import NOW, a_connected_account, fake_ports

pytestmark = pytest.mark.django_db
TOKEN = "only-for-tests-figures"


@pytest.fixture
def ports() -> Iterator[Ports]:
    with bootstrap.use(fake_ports()) as used:
        yield used


@pytest.fixture
def cast(ports: Ports) -> Cast:
    return a_cast(ports)


@pytest.fixture
def token() -> Iterator[str]:
    chosen = replace(django_settings.CLASSBELL, metrics_token=TOKEN)
    with override_settings(CLASSBELL=chosen):
        yield TOKEN


def figures(token: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Read the figures: name and labels to value."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_nobody_reads_figures_without_the_token(ports: Ports, token: str) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers=wrong).status_code == 404


def test_where_no_token_is_set_nobody_reads_figures(ports: Ports) -> None:
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_figures_tell_what_waits_and_for_how_long(cast: Cast, ports: Ports, token: str) -> None:
    lane = mailbox_lane(a_connected_account(ports, cast.catalog))
    a_message(cast.catalog, MessageState.QUEUED, lane=lane, due_at=NOW - timedelta(hours=1))
    a_message(cast.catalog, MessageState.HELD, lane=lane)
    Lane.objects.filter(pk=lane.pk).update(due_at=NOW - timedelta(hours=1))
    beat("machine:1", "1.0")
    found = figures(token)
    route = (("route", "mailbox"),)
    assert found["classbell_messages", (*route, ("state", "queued"))] == 1
    assert found["classbell_messages", (*route, ("state", "held"))] == 1
    assert found["classbell_queue_age_seconds", route] == 3600
    assert found["classbell_lanes", (("kind", "mailbox"), ("state", "overdue"))] == 1
    assert found["classbell_accounts", (("state", "connected"),)] == 1
    assert found["classbell_accounts", (("state", "lost"),)] == 0
    assert found["classbell_workers", ()] == 1
    no_more("machine:1")
    assert figures(token)["classbell_workers", ()] == 0


def test_labels_name_no_person_and_no_row(cast: Cast, ports: Ports, token: str) -> None:
    account = a_connected_account(ports, cast.catalog)
    message = a_message(cast.catalog, MessageState.ACCEPTED, lane=mailbox_lane(account))
    Client().get(f"/catalogs/{cast.catalog.slug}/delivery/{message.pk}")
    Client().get("/nowhere/at/all")
    labels = {value for _, found in figures(token) for _, value in found}
    assert {"delivery", "none"} <= labels
    assert not [one for one in labels if "@" in one or cast.catalog.slug in one]
    assert not [one for one in labels if re.search(r"[0-9a-f]{8}-", one)]


def test_ready_until_it_is_about_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STOPPING_FILE, str(tmp_path / "stopping"))
    assert Client().get("/readyz").status_code == 200
    (tmp_path / "stopping").touch()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: stopping\n")
    assert Client().get("/healthz").status_code == 200


def test_every_answer_says_its_request_id(ports: Ports) -> None:
    made = Client().get("/healthz", headers={"X-Request-ID": "from-a-stranger"})
    assert re.fullmatch("[0-9a-f]{16}", made["X-Request-ID"]), "only trusted proxies are believed"


def test_being_signed_in_gives_no_figures_to_owner_colleague_or_stranger(
    cast: Cast, token: str
) -> None:
    for person in (cast.owner, cast.colleague, cast.stranger):
        assert a_visitor(person).get("/metrics").status == 404
