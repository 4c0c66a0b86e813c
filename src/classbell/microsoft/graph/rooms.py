"""Rooms of the organisation and whether they are free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.calendar import CALENDARS
from classbell.microsoft.graph.client import GraphCall, GraphClient, not_understood
from classbell.microsoft.graph.times import read_time, write_time
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.ports.rooms import Availability, Room, RoomList

PLACES = "Place.Read.All"
PAGE = 100

# https://learn.microsoft.com/en-us/graph/outlook-get-free-busy-schedule
MOST_ADDRESSES = 20
LONGEST_PERIOD = timedelta(days=41)
SLOT_MINUTES = 15

_FREE_STATUSES = frozenset({"free", "workingElsewhere"})
_FREE_DIGITS = frozenset("04")


class GraphRooms:
    """Implements ``ports.rooms.RoomDirectory``."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def list_rooms(self, mailbox: Mailbox) -> tuple[Room, ...]:
        """Return all rooms the account may see, following every page.

        https://learn.microsoft.com/en-us/graph/api/place-list
        """
        call = _places("/places/microsoft.graph.room")
        rooms = (_room(part) for part in self._graph.pages(mailbox, call))
        return tuple(room for room in rooms if room.address)

    def list_room_lists(self, mailbox: Mailbox) -> tuple[RoomList, ...]:
        """Return all room lists with their rooms; a list that vanishes meanwhile is left out.

        https://learn.microsoft.com/en-us/graph/api/place-list
        """
        call = _places("/places/microsoft.graph.roomlist")
        found: list[RoomList] = []
        for part in self._graph.pages(mailbox, call):
            address = part.text("emailAddress")
            rooms = self._rooms_of(mailbox, address) if address else None
            if rooms is not None:
                found.append(RoomList(address, part.text("displayName") or address, rooms))
        return tuple(found)

    def _rooms_of(self, mailbox: Mailbox, address: str) -> tuple[str, ...] | None:
        """Return the addresses of one list's rooms; None where the list is gone."""
        call = _places(f"/places/{quote(address, safe='@')}/microsoft.graph.roomlist/rooms")
        try:
            named = [part.text("emailAddress") for part in self._graph.pages(mailbox, call)]
        except ProviderFailure as failure:
            if failure.verdict.kind is not VerdictKind.NOT_FOUND:
                raise
            return None
        return tuple(room for room in named if room)

    def availability(
        self,
        mailbox: Mailbox,
        addresses: tuple[str, ...],
        starts_at: datetime,
        ends_at: datetime,
    ) -> dict[str, Availability]:
        """Tell for each address whether it is free between two aware UTC moments.

        An address Microsoft cannot tell about, for whatever reason, is ``UNKNOWN``.

        https://learn.microsoft.com/en-us/graph/api/calendar-getschedule

        Raises:
            ValueError: the period is empty.
            ProviderFailure: with a verdict.
        """
        if starts_at >= ends_at:
            raise ValueError("A period ends after it starts.")
        told: dict[str, Availability] = {}
        for begin, end in _periods(starts_at, ends_at):
            for chunk in _chunks(tuple(dict.fromkeys(addresses)), MOST_ADDRESSES):
                answers = self._ask(mailbox, chunk, begin, end)
                for address in chunk:
                    found = answers.get(address.casefold(), Availability.UNKNOWN)
                    told[address] = _worse(told.get(address, Availability.FREE), found)
        return told

    def _ask(
        self, mailbox: Mailbox, addresses: tuple[str, ...], begin: datetime, end: datetime
    ) -> dict[str, Availability]:
        """Ask about a few addresses over a short period; keys are in folded case."""
        call = GraphCall(
            method="POST",
            path=f"{mailbox.path}/calendar/getSchedule",
            needs=CALENDARS,
            json={
                "schedules": list(addresses),
                "startTime": write_time(begin),
                "endTime": write_time(end),
                "availabilityViewInterval": SLOT_MINUTES,
            },
        )
        parts = self._graph.read(mailbox, call).parts("value")
        try:
            return {p.text("scheduleId").casefold(): _judge(p, begin, end) for p in parts}
        except NotUnderstood as error:
            raise not_understood(error) from error


def _places(path: str) -> GraphCall:
    """Return the call for one collection of places, page by page."""
    return GraphCall(
        method="GET", path=path, needs=PLACES, params={"$top": str(PAGE)}, admin_only=True
    )


def _judge(schedule: JsonPart, begin: datetime, end: datetime) -> Availability:
    """Read one schedule. Its entries are exact; the view is rounded to slots."""
    view, entries = schedule.text("availabilityView"), schedule.parts("scheduleItems")
    if schedule.has("error") or not (view or entries):
        return Availability.UNKNOWN
    if entries:
        busy = any(_blocks(entry, begin, end) for entry in entries)
    else:
        busy = not _FREE_DIGITS.issuperset(view)
    return Availability.BUSY if busy else Availability.FREE


def _blocks(entry: JsonPart, begin: datetime, end: datetime) -> bool:
    """Tell whether an entry of a schedule stands in the way; a tentative one does."""
    if entry.text("status") in _FREE_STATUSES:
        return False
    return read_time(entry.part("start")) < end and read_time(entry.part("end")) > begin


def _worse(one: Availability, other: Availability) -> Availability:
    """Return the less hopeful of two answers: busy at any time is busy, unknown is never free."""
    for kind in (Availability.BUSY, Availability.UNKNOWN):
        if kind in (one, other):
            return kind
    return Availability.FREE


def _periods(starts_at: datetime, ends_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a period into pieces short enough for one question."""
    while starts_at < ends_at:
        end = min(starts_at + LONGEST_PERIOD, ends_at)
        yield starts_at, end
        starts_at = end


def _chunks(addresses: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    """Cut a list into pieces of at most ``size``."""
    for begin in range(0, len(addresses), size):
        yield addresses[begin : begin + size]


def _room(part: JsonPart) -> Room:
    """Read one room."""
    number = part.number("floorNumber")
    devices = ("audioDeviceName", "videoDeviceName", "displayDeviceName")
    return Room(
        address=part.text("emailAddress"),
        name=part.text("displayName"),
        building=part.text("building"),
        floor=part.text("floorLabel") or ("" if number is None else str(number)),
        capacity=part.number("capacity"),
        features=(
            *part.texts("tags"),
            *(name for device in devices if (name := part.text(device))),
        ),
        wheelchair_accessible=part.flag("isWheelChairAccessible"),
        city=part.part("address").text("city"),
    )
