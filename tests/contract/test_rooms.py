"""Rooms and free time: the fake and Graph keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from classbell.microsoft.graph import GraphCalendar, GraphClient, GraphRooms
from classbell.network.clock import HttpClock
from classbell.ports.calendar import Attendee, AttendeeKind, DesiredEntry
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Address, Mailbox
from classbell.ports.rooms import Availability, RoomDirectory
from m365sandbox.testing import Sandbox
from tests.fakes import FakeRooms
from tests.fakes.clock import MONDAY_MORNING

ROOMS = ("auditorium", "harbour", "library", "workshop", "studio", "boardroom")
LIBRARY = "library@contoso.example"


@dataclass
class Side:
    rooms: RoomDirectory
    mailbox: Mailbox
    start: datetime
    take: Callable[[str, datetime, datetime], None]


@pytest.fixture(params=["fake", "sandbox"])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.getfixturevalue(f"{request.param}_side")
    return made


@pytest.fixture
def fake_side() -> Side:
    fake = FakeRooms()
    return Side(fake, Mailbox("/me", "token"), MONDAY_MORNING + timedelta(days=8), fake.take)


@pytest.fixture
def sandbox_side(
    sandbox: Sandbox, graph: GraphClient, service_account: Mailbox, sandbox_clock: HttpClock
) -> Side:
    today = sandbox_clock.now().replace(hour=9, minute=0, second=0, microsecond=0)

    def take(address: str, begin: datetime, end: datetime) -> None:
        room = Attendee(Address(address), AttendeeKind.RESOURCE)
        entry = DesiredEntry(
            session_ref=f"rooms-{begin}",
            transaction_id=f"rooms-{begin}",
            subject="Taken",
            html="",
            starts_at=begin,
            ends_at=end,
            time_zone="Europe/Copenhagen",
            place="",
            attendees=(room,),
            online=False,
        )
        GraphCalendar(graph).create(service_account, entry)
        sandbox.control.advance(timedelta(minutes=1))

    return Side(GraphRooms(graph), service_account, today + timedelta(days=30), take)


def test_all_rooms_are_listed_with_what_helps_to_choose(side: Side) -> None:
    listed = {room.address: room for room in side.rooms.list_rooms(side.mailbox)}
    assert {f"{name}@contoso.example" for name in ROOMS} <= set(listed)
    auditorium = listed["auditorium@contoso.example"]
    assert (auditorium.name, auditorium.capacity, auditorium.city) == ("Auditorium", 80, "Aarhus")


def test_an_untouched_room_is_free_and_an_unknown_one_is_unknown(side: Side) -> None:
    addresses = ("studio@contoso.example", "ghost@contoso.example")
    begin = side.start + timedelta(days=5)
    told = side.rooms.availability(side.mailbox, addresses, begin, begin + timedelta(hours=2))
    assert told == {addresses[0]: Availability.FREE, addresses[1]: Availability.UNKNOWN}


def test_a_taken_room_is_busy_just_then(side: Side) -> None:
    begin, hour = side.start, timedelta(hours=1)
    side.take(LIBRARY, begin, begin + 2 * hour)

    def told(start: datetime, end: datetime) -> Availability:
        return side.rooms.availability(side.mailbox, (LIBRARY,), start, end)[LIBRARY]

    assert told(begin, begin + hour) is Availability.BUSY
    assert told(begin - hour, begin + 5 * hour) is Availability.BUSY
    assert told(begin + 2 * hour, begin + 3 * hour) is Availability.FREE
    assert told(begin - hour, begin) is Availability.FREE


def test_more_rooms_and_a_longer_time_than_one_question_takes(side: Side) -> None:
    ghosts = tuple(f"ghost{number}@contoso.example" for number in range(21))
    end = side.start + timedelta(days=50)
    told = side.rooms.availability(side.mailbox, ghosts, side.start, end)
    assert set(told) == set(ghosts)
    assert set(told.values()) == {Availability.UNKNOWN}


def test_an_empty_period_is_a_mistake_of_the_caller(side: Side) -> None:
    with pytest.raises(ValueError, match="period"):
        side.rooms.availability(side.mailbox, (LIBRARY,), side.start, side.start)


def test_rooms_without_the_permission_are_for_the_administrator(
    sandbox: Sandbox, graph: GraphClient
) -> None:
    token = sandbox.access_token("mai.nielsen@contoso.example", "User.Read")
    with pytest.raises(ProviderFailure) as caught:
        GraphRooms(graph).list_rooms(Mailbox("/me", token, frozenset({"User.Read"})))
    assert caught.value.verdict.kind is VerdictKind.ADMIN_NEEDED


def test_room_lists_name_their_rooms(side: Side) -> None:
    rooms = side.rooms.list_rooms(side.mailbox)
    listed = side.rooms.list_room_lists(side.mailbox)
    assert listed
    for one in listed:
        assert "@" in one.address
        assert set(one.rooms) == {room.address for room in rooms if room.building == one.name}
