"""Rooms of the organisation and whether they are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from classbell.ports.mail import Mailbox


@dataclass(frozen=True, slots=True)
class Room:
    """A room mailbox as the organisation's directory lists it. ``capacity`` in seats."""

    address: str
    name: str
    building: str = ""
    floor: str = ""
    capacity: int | None = None
    features: tuple[str, ...] = ()
    wheelchair_accessible: bool | None = None
    city: str = ""


@dataclass(frozen=True, slots=True)
class RoomList:
    """A list of rooms that belong together, mostly a building's; ``rooms`` are their addresses."""

    address: str
    name: str
    rooms: tuple[str, ...] = ()


class Availability(StrEnum):
    """Whether a room is free over a period; an unknown answer is never «free»."""

    FREE = "free"
    BUSY = "busy"
    UNKNOWN = "unknown"


class RoomDirectory(Protocol):
    """Lists rooms and their free time. Every method raises ``ProviderFailure`` with a verdict."""

    def list_rooms(self, mailbox: Mailbox) -> tuple[Room, ...]:
        """Return all rooms the account may see, following every page."""
        ...

    def list_room_lists(self, mailbox: Mailbox) -> tuple[RoomList, ...]:
        """Return all room lists with their rooms; a list that vanishes meanwhile is left out."""
        ...

    def availability(
        self,
        mailbox: Mailbox,
        addresses: tuple[str, ...],
        starts_at: datetime,
        ends_at: datetime,
    ) -> dict[str, Availability]:
        """Tell for each address whether it is free between two aware UTC moments."""
        ...
