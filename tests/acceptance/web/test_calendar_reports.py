"""The door for reports of changes in calendars: who may knock, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from classbell import bootstrap
from classbell.domain.scheduling.subscribing import word_hash
from classbell.ports.bundle import Ports
from classbell.storage.models import CalendarWatch, Connection, WorkItem
from tests.acceptance.web.page import Page
from tests.domain.people import Cast

pytestmark = pytest.mark.django_db

DOOR = "/reports/calendar"
WORD = "a-word-that-nobody-knows"


@pytest.fixture
def reached(ports: Ports) -> Iterator[Ports]:
    """Ports with an address that Microsoft reaches."""
    with bootstrap.use(replace(ports, public_url="https://learn.example")) as replacement:
        yield replacement


@pytest.fixture
def watch(reached: Ports, connected: Connection) -> CalendarWatch:
    """The watch over the calendar of the owner's account, with a subscription."""
    assert connected.account is not None
    return CalendarWatch.objects.create(
        account=connected.account,
        subscription_id="7f10",
        client_state_hash=word_hash(reached, WORD),
    )


def knock(body: str | bytes, **headers: str) -> Page:
    """Bring a body as Graph does: without cookie and without our CSRF token."""
    client = Client(enforce_csrf_checks=True)
    kind = "application/json"
    return Page(client.post(DOOR, body, content_type=kind, headers=headers or None))


def report(word: str = WORD, **more: str) -> str:
    changed = {"subscriptionId": "7f10", "clientState": word, "changeType": "updated"}
    return json.dumps({"value": [changed | more]})


def asked() -> bool:
    return WorkItem.objects.filter(kind="watch_calendar").exists()


def test_a_report_with_its_word_has_the_calendar_read(watch: CalendarWatch) -> None:
    assert knock(report()).status == 202
    assert asked()


@pytest.mark.parametrize(
    "body",
    [report("wrong"), report(""), report(subscriptionId="7f11"), '{"value": []}'],
)
def test_what_proves_nothing_is_answered_alike_and_does_nothing(
    watch: CalendarWatch, body: str
) -> None:
    answer = knock(body)
    assert (answer.status, answer.html) == (202, knock('{"value": []}').html)
    assert not asked()


def test_the_question_comes_back_as_plain_text_that_no_browser_runs(watch: CalendarWatch) -> None:
    token = "Validation: <script>alert(1)</script> & more"
    answer = Page(Client().post(DOOR, query_params={"validationToken": token}))
    assert (answer.status, answer.html) == (200, token)
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    long = Page(Client().post(DOOR, query_params={"validationToken": "x" * 5000}))
    assert long.status == 400


@pytest.mark.parametrize("body", ["", "[]", "{}", "no json"])
def test_what_cannot_be_read_is_refused(watch: CalendarWatch, body: str) -> None:
    assert knock(body).status == 400


def test_too_much_is_refused_before_it_is_read(watch: CalendarWatch) -> None:
    assert knock(report(filler="x" * 1_100_000)).status == 413
    assert not asked()


def test_there_is_no_door_where_microsoft_cannot_reach_us(cast: Cast) -> None:
    assert knock(report()).status == 404
    assert Client().get(DOOR).status_code == 405
