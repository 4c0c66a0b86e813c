"""Reconciling over the wire: Graph's own answers, the room's own decision, nobody mailed twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.scheduling.room_listing import refresh_rooms
from classbell.domain.scheduling.rooms import room_choices
from classbell.ports.rooms import Availability
from classbell.storage.models import Entry, Room
from tests.domain.scheduling.wired import ROOM, Wire, a_room_session
from tests.support import a_person, an_enrolment

pytestmark = pytest.mark.django_db


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
