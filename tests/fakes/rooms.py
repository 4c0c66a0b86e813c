"""Rooms that are free unless they were taken."""

from __future__ import annotations

from datetime import datetime

from classbell.ports.mail import Mailbox
from classbell.ports.rooms import Availability, Room, RoomList
from tests.fakes.script import Scripted

SOME_ROOMS = (
    Room("auditorium@contoso.example", "Auditorium", building="HQ", capacity=80, city="Aarhus"),
    Room("harbour@contoso.example", "Harbour", building="HQ", capacity=20, city="Aarhus"),
    Room("library@contoso.example", "Library", building="HQ", capacity=12, city="Aarhus"),
    Room("workshop@contoso.example", "Workshop", building="HQ", capacity=24, city="Aarhus"),
    Room("studio@contoso.example", "Studio", building="HQ", capacity=16, city="Aarhus"),
    Room("boardroom@contoso.example", "Boardroom", building="City", capacity=10, city="London"),
)

SOME_LISTS = (RoomList("hq-rooms@contoso.example", "HQ", tuple(r.address for r in SOME_ROOMS[:5])),)


class FakeRooms(Scripted):
    """Implements ``ports.rooms.RoomDirectory``; set ``rooms`` and ``lists``, call ``take``."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: tuple[Room, ...] = SOME_ROOMS
        self.lists: tuple[RoomList, ...] = SOME_LISTS
        self._taken: list[tuple[str, datetime, datetime]] = []

    def take(self, address: str, starts_at: datetime, ends_at: datetime) -> None:
        """Let somebody else have a room for a while."""
        self._taken.append((address.casefold(), starts_at, ends_at))

    def free(self, address: str) -> None:
        """Let a room be free again."""
        self._taken = [taken for taken in self._taken if taken[0] != address.casefold()]

    def list_rooms(self, mailbox: Mailbox) -> tuple[Room, ...]:
        with self._turn("list_rooms", mailbox=mailbox):
            return self.rooms

    def list_room_lists(self, mailbox: Mailbox) -> tuple[RoomList, ...]:
        with self._turn("list_room_lists", mailbox=mailbox):
            return self.lists

    def availability(
        self,
        mailbox: Mailbox,
        addresses: tuple[str, ...],
        starts_at: datetime,
        ends_at: datetime,
    ) -> dict[str, Availability]:
        if starts_at >= ends_at:
            raise ValueError("A period ends after it starts.")
        with self._turn("availability", addresses=addresses, begin=starts_at, end=ends_at):
            return {address: self._told(address, starts_at, ends_at) for address in addresses}

    def _told(self, address: str, begin: datetime, end: datetime) -> Availability:
        folded = address.casefold()
        if folded not in {room.address.casefold() for room in self.rooms}:
            return Availability.UNKNOWN
        busy = any(a == folded and s < end and e > begin for a, s, e in self._taken)
        return Availability.BUSY if busy else Availability.FREE
