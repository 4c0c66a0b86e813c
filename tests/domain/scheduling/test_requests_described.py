"""Every request that a session's life sends to Graph is one that Microsoft describes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.room_listing import refresh_rooms
from classbell.domain.scheduling.rooms import room_choices
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.storage.models import AccountKind, Entry
from m365sandbox.testing import Sandbox, start_sandbox
from tests.domain.scheduling.wire import INTERVAL, Wire, wired
from tests.sandbox.graph import requests
from tests.sandbox.graph import slice as description
from tests.sandbox.graph.listener import Listener
from tests.support import a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

ROOM = "harbour@contoso.example"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for this file."""
    with start_sandbox(smtp=False) as running:
        yield running


def a_life(wire: Wire) -> None:
    """Let a session be booked, changed, edited in Outlook, deleted there and cancelled."""
    refresh_rooms(wire.ports, wire.lane, str(wire.account.organisation_id))
    start = wire.clock.now().astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    session = a_session(
        starts_at=start + timedelta(days=8), room_address=ROOM, teams_meeting=True, seats=None
    )
    catalog = session.course.catalog
    ends = session.ends_at
    room_choices(wire.ports, catalog=catalog, starts_at=session.starts_at, ends_at=ends)
    pk = str(session.pk)
    reconcile(wire.ports, wire.lane, pk)
    wire.wait(timedelta(seconds=30))
    an_enrolment(session, a_person("Kirstine Skovgaard"))
    reconcile(wire.ports, wire.lane, pk)
    session.title, session.room_address = "Renamed", "library@contoso.example"
    session.starts_at += timedelta(hours=1)
    session.ends_at += timedelta(hours=1)
    session.save()
    reconcile(wire.ports, wire.lane, pk)
    wire.ports.calendar.find(wire.outlook, pk)
    for _ in range(2):
        wire.wait(INTERVAL + timedelta(seconds=1))
        wire.work()
    wire.edit(Entry.objects.get(), place="Elsewhere")
    wire.wait(INTERVAL + timedelta(seconds=1))
    wire.work()
    session.cancelled_at = wire.clock.now()
    session.save()
    reconcile(wire.ports, wire.lane, pk)


@pytest.mark.parametrize("kind", list(AccountKind))
def test_a_sessions_life_sends_only_what_is_described(
    sandbox: Sandbox, db: None, kind: AccountKind
) -> None:
    description.required()
    sent: list[HttpRequest] = []

    def note(request: HttpRequest, answer: HttpAnswer) -> None:
        assert answer.ok, (request.method, request.url)
        if request.service == "graph":
            sent.append(request)

    with wired(sandbox, observe=note, kind=kind) as wire:
        a_life(wire)
    assert {one.method for one in sent} == {"GET", "POST", "PATCH"}
    assert any("calendarView/delta" in one.url and "deltatoken" in one.url for one in sent)
    own = "/users/" if kind == AccountKind.APPLICATION else "/me/"
    assert any(own in one.url and one.method == "POST" for one in sent)
    found = [
        fault
        for one in sent
        for fault in requests.faults(one.method, one.url, dict(one.params), one.json)
    ]
    assert found == []


def test_a_subscriptions_life_sends_only_what_is_described(sandbox: Sandbox, db: None) -> None:
    description.required()
    sent: list[HttpRequest] = []

    def note(request: HttpRequest, _answer: HttpAnswer) -> None:
        sent.append(request)

    with (
        Listener() as microsoft_calls,
        wired(sandbox, observe=note, kind=AccountKind.DELEGATED) as wire,
    ):
        watching, until = wire.ports.watching, wire.clock.now() + timedelta(hours=2)
        made = watching.subscribe(wire.outlook, microsoft_calls.url, "a word", until)
        watching.renew(wire.outlook, made.subscription_id, until + timedelta(hours=1))
        watching.end(wire.outlook, made.subscription_id)
    asked = [one for one in sent if "/subscriptions" in one.url]
    assert [one.method for one in asked] == ["POST", "PATCH", "DELETE"]
    for one in asked:
        assert requests.faults(one.method, one.url, dict(one.params), one.json) == []


@pytest.mark.parametrize(
    ("method", "path", "params", "body", "fault"),
    [
        ("POST", "/me/events", {}, {"subjekt": "Fire"}, "'subjekt' does not match"),
        ("POST", "/me/events", {}, {"subject": 3}, "subject"),
        ("GET", "/me/events", {"top": "3"}, None, "query top"),
        ("GET", "/me/calendarView/delta", {"$select": "id"}, None, "query $select"),
        ("GET", "/me/unheard", {}, None, "nobody describes"),
    ],
)
def test_what_is_not_described_is_found(
    method: str, path: str, params: dict[str, str], body: object, fault: str
) -> None:
    description.required()
    (found,) = requests.faults(method, f"https://graph.example/v1.0{path}", params, body)
    assert fault in found
