"""Reconciling over the wire: Graph's own answers, the room's own decision, nobody mailed twice."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.room_listing import refresh_rooms
from classbell.domain.scheduling.rooms import room_choices
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.graph import GraphCalendar, GraphClient, GraphRooms
from classbell.network.http import HttpDoor
from classbell.ports.bundle import Ports
from classbell.ports.rooms import Availability
from classbell.storage.models import Account, CourseSession, Entry, Lane, Room, SessionInstructor
from m365sandbox.testing import Sandbox, start_sandbox
from tests.fakes import FakeClock
from tests.support import (
    a_catalog,
    a_connected_account,
    a_person,
    a_session,
    an_enrolment,
    fake_ports,
)

pytestmark = pytest.mark.django_db

SCOPES = ("Calendars.ReadWrite", "Mail.Send", "Place.Read.All", "User.Read")
ROOM = "harbour@contoso.example"


@dataclass
class Wire:
    """Classbell's scheduling in front of a running sandbox, both telling the same time."""

    sandbox: Sandbox
    clock: FakeClock
    ports: Ports
    account: Account
    lane: Lane

    def wait(self, span: timedelta) -> None:
        self.clock.set(self.sandbox.control.advance(span))

    def run(self, session: CourseSession) -> datetime | None:
        return reconcile(self.ports, self.lane, str(session.pk))

    def invitations(self, address: str) -> int:
        return len(self.sandbox.control.received(to=address))

    def graph_calls(self) -> list[str]:
        """Return the methods of all calls about events so far, oldest first."""
        calls = self.sandbox.control.log()
        return [call["method"] for call in calls if "/events" in call["path"]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for this file."""
    with start_sandbox(smtp=False) as running:
        yield running


@pytest.fixture
def wire(db: None, sandbox: Sandbox) -> Iterator[Wire]:
    """Connect a catalog to the sandbox's service account."""
    sandbox.control.reset()
    trust = ssl.create_default_context(cafile=str(sandbox.ca_file))
    clock = FakeClock(sandbox.control.now())
    with HttpDoor(verify=trust) as door:
        graph = GraphClient(Cloud(sandbox.secure_url, sandbox.graph_url), door, clock)
        ports = fake_ports(clock=clock, calendar=GraphCalendar(graph), rooms=GraphRooms(graph))
        account = a_connected_account(ports, a_catalog(), scopes=SCOPES)
        tokens = {
            "access_token": sandbox.access_token("learning@contoso.example", *SCOPES),
            "refresh_token": "not needed",
        }
        account.sealed_tokens = ports.cipher.seal(
            json.dumps(tokens).encode(), bound_to=f"account.tokens:{account.id}"
        )
        account.save()
        yield Wire(sandbox, clock, ports, account, mailbox_lane(account))


def a_room_session(wire: Wire, days: int, **chosen: object) -> CourseSession:
    """Return a session in the room, on a day of its own."""
    start = wire.clock.now().astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    values: dict[str, object] = {
        "starts_at": start + timedelta(days=days),
        "room_address": ROOM,
        "description": "Bring your badge.\n\nAnd <b>no</b> markup & “quotes”.",
        **chosen,
    }
    session = a_session(**values)  # type: ignore[arg-type]  # any field
    SessionInstructor.objects.create(session=session, person=a_person("Zoé Dubois"))
    return session


def test_a_session_goes_through_its_life(wire: Wire) -> None:
    session = a_room_session(wire, 8, teams_meeting=True)
    assert wire.run(session) == wire.clock.now() + timedelta(seconds=5)
    entry = Entry.objects.get()
    assert entry.join_url.startswith("https://teams.microsoft.com/l/meetup-join/")
    assert entry.room_answer == "none"
    wire.wait(timedelta(seconds=30))
    assert wire.run(session) is None
    entry.refresh_from_db()
    assert (entry.room_answer, entry.problem) == ("accepted", "")
    assert wire.invitations("zoe.dubois@contoso.example") == 1

    wire.run(session)
    an_enrolment(session, a_person("Rafael García"))
    before = len(wire.graph_calls())
    wire.run(session)
    wire.run(session)
    assert wire.graph_calls()[before:] == ["GET", "PATCH", "GET"]
    assert wire.invitations("zoe.dubois@contoso.example") == 1, "a newcomer is no news to others"
    entry.refresh_from_db()
    assert entry.join_url, "changing who comes keeps the meeting"

    session.title = "Another title"
    session.save()
    wire.run(session)
    assert wire.invitations("zoe.dubois@contoso.example") == 2
    entry.refresh_from_db()
    assert entry.join_url, "changing the body keeps the meeting"

    session.cancelled_at = wire.clock.now()
    session.save()
    wire.run(session)
    wire.run(session)
    assert wire.invitations("zoe.dubois@contoso.example") == 3


def test_a_taken_room_declines_and_a_free_one_is_offered(wire: Wire) -> None:
    refresh_rooms(wire.ports, wire.lane, str(wire.account.organisation_id))
    assert Room.objects.count() == 6
    first = a_room_session(wire, 9)
    second = a_room_session(wire, 9, code="FIRE-2")
    wire.run(first)
    wire.wait(timedelta(seconds=30))
    wire.run(second)
    wire.wait(timedelta(seconds=30))
    assert wire.run(first) is None
    assert wire.run(second) is None
    assert Entry.objects.get(session=first).room_answer == "accepted"
    assert Entry.objects.get(session=second).room_answer == "declined"
    choices = room_choices(
        wire.ports,
        catalog=second.course.catalog,
        starts_at=second.starts_at,
        ends_at=second.ends_at,
        session=second,
    )
    told = {choice.room.address: choice.availability for choice in choices}
    assert told.pop(ROOM) is Availability.BUSY
    assert set(told.values()) == {Availability.FREE}
    second.room_address = "library@contoso.example"
    second.save()
    wire.run(second)
    wire.wait(timedelta(seconds=30))
    wire.run(second)
    assert Entry.objects.get(session=second).room_answer == "accepted"


def test_a_session_that_moves_is_decided_anew_and_a_cancelled_one_frees_its_room(
    wire: Wire,
) -> None:
    session = a_room_session(wire, 10)
    wire.run(session)
    wire.wait(timedelta(seconds=30))
    wire.run(session)
    session.starts_at += timedelta(hours=3)
    session.ends_at += timedelta(hours=3)
    session.save()
    assert wire.run(session) == wire.clock.now() + timedelta(seconds=5)
    assert Entry.objects.get(session=session).room_answer == "none"
    wire.wait(timedelta(seconds=30))
    wire.run(session)
    assert Entry.objects.get(session=session).room_answer == "accepted"
    session.cancelled_at = wire.clock.now()
    session.save()
    wire.run(session)
    other = a_room_session(wire, 10, code="FIRE-2", starts_at=session.starts_at)
    wire.run(other)
    wire.wait(timedelta(seconds=30))
    wire.run(other)
    assert Entry.objects.get(session=other).room_answer == "accepted"
