"""Choosing a room for a session: what there is, what fits, and what Microsoft says is free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer
from classbell.ports.errors import ProviderFailure
from classbell.ports.rooms import Availability
from classbell.storage.models import AccountState, Catalog, CourseSession, Entry, Room
from classbell.storage.queries.rooms import offered_rooms

log = structlog.get_logger(__name__)

NOT_GRANTED = "The account was not granted free and busy times; availability is not known."

ALTERNATIVES = 5
"""How many rooms are offered instead of one that declined."""

_HOPE = (Availability.FREE, Availability.UNKNOWN, Availability.BUSY)


@dataclass(frozen=True, slots=True)
class RoomWish:
    """What a room shall be like; what is empty does not matter.

    Attributes:
        text: part of its name, address, building or city.
        building: its building, in full.
        room_list: address of a room list that names it.
        seats: at least so many; rooms whose seats nobody has stated are kept.
        equipment: one of its features, in full.
        accessible: whether people in wheelchairs get there.
    """

    text: str = ""
    building: str = ""
    room_list: str = ""
    seats: int | None = None
    equipment: str = ""
    accessible: bool = False

    def met_by(self, room: Room) -> bool:
        """Tell whether a room is like that."""
        words = f"{room.name} {room.address} {room.building} {room.city}".casefold()
        return (
            self.text.casefold() in words
            and (not self.building or room.building == self.building)
            and (not self.room_list or self.room_list in room.lists)
            and (not self.seats or room.capacity is None or room.capacity >= self.seats)
            and (not self.equipment or self.equipment in room.features)
            and (not self.accessible or room.wheelchair_accessible is True)
        )


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room as offered for a session.

    Attributes:
        room: the room.
        availability: ``FREE`` only where Microsoft said so.
        reason: why it is not known, one sentence; empty otherwise.
        too_small: whether it holds fewer than the session has seats.
    """

    room: Room
    availability: Availability
    reason: str = ""
    too_small: bool = False


def room_choices(
    ports: Ports,
    *,
    catalog: Catalog,
    starts_at: datetime,
    ends_at: datetime,
    seats: int | None = None,
    session: CourseSession | None = None,
    wish: RoomWish | None = None,
) -> tuple[RoomChoice, ...]:
    """Return the rooms that a catalog offers and whether each is free. Uses the network.

    An answer that is missing, late or refused is «not known», never «free»; a page can always be
    shown. Free now is no reservation: the room decides when it is invited.

    Args:
        ports: the outside world.
        catalog: whose account asks, and whose hidden rooms are left out.
        starts_at: begin of the time asked about, aware UTC.
        ends_at: its end, aware UTC.
        seats: how many people the room shall hold, None for any.
        session: the session it is for; the room it holds already counts as free for it.
        wish: which rooms are asked about; None for all.

    Returns:
        Free ones first, then those not known, then busy ones; among them those that hold enough,
        the smallest first.
    """
    wish = wish or RoomWish()
    rooms = [room for room in offered_rooms(catalog) if wish.met_by(room)]
    found, reason = _availability(
        ports, catalog, [room.address for room in rooms], starts_at, ends_at
    )
    return _best_first(
        RoomChoice(
            room,
            Availability.FREE
            if _held(session, room, starts_at, ends_at)
            else found.get(room.address, Availability.UNKNOWN),
            reason,
            too_small=is_too_small(room, seats),
        )
        for room in rooms
    )


def room_alternatives(ports: Ports, session: CourseSession) -> tuple[RoomChoice, ...]:
    """Return rooms that are free when a session takes place and hold its seats. Uses the network.

    Returns:
        At most five, those of the same building first; none where Microsoft calls none free.
    """
    catalog = session.course.catalog
    choices = room_choices(
        ports,
        catalog=catalog,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        seats=session.seats,
        session=session,
    )
    present = {c.room.building for c in choices if c.room.address == session.room_address}
    fitting = [
        choice
        for choice in choices
        if choice.availability is Availability.FREE
        and not choice.too_small
        and choice.room.address != session.room_address
    ]
    return tuple(sorted(fitting, key=lambda c: c.room.building not in present)[:ALTERNATIVES])


def answer_of_room(session: CourseSession) -> Answer:
    """Return what the room that a session has now said, as last read.

    A session that was moved a moment ago is still on its former room's event; what that room said
    is nothing about the new one.

    Returns:
        ``NONE`` where the session has no room, or its room was not asked or has not answered.
    """
    entry: Entry | None = getattr(session, "entry", None)
    if entry is None or not session.room_address:
        return Answer.NONE
    if entry.answers and session.room_address.casefold() not in entry.answers:
        return Answer.NONE
    return Answer(entry.room_answer or Answer.NONE)


def is_too_small(room: Room, seats: int | None) -> bool:
    """Tell whether a room holds fewer people than there are seats; False where either is open."""
    return bool(seats and room.capacity and room.capacity < seats)


def _best_first(choices: Iterable[RoomChoice]) -> tuple[RoomChoice, ...]:
    """Return the choices in the order of ``room_choices``."""

    def rank(choice: RoomChoice) -> tuple[int, bool, bool, int, str]:
        capacity = choice.room.capacity
        return (
            _HOPE.index(choice.availability),
            choice.too_small,
            capacity is None,
            capacity or 0,
            choice.room.name,
        )

    return tuple(sorted(choices, key=rank))


def _availability(
    ports: Ports,
    catalog: Catalog,
    addresses: list[str],
    starts_at: datetime,
    ends_at: datetime,
) -> tuple[dict[str, Availability], str]:
    """Ask Microsoft; return what it said by address, and why nothing is known if it did not."""
    account = account_serving(catalog)
    if not addresses:
        return {}, ""
    if account is None or account.state != AccountState.CONNECTED:
        return {}, "No account is connected; availability is not known."
    if not writes_calendar(account):
        return {}, NOT_GRANTED
    try:
        mailbox = mailbox_for(ports, account.pk)
        told = ports.rooms.availability(mailbox, tuple(addresses), starts_at, ends_at)
    except ProviderFailure as failure:
        log.warning("availability not known", account=str(account.pk), reason_code=failure.code)
        return {}, f"Availability is not known: {failure.what}"
    return {address.casefold(): answer for address, answer in told.items()}, ""


def _held(
    session: CourseSession | None, room: Room, starts_at: datetime, ends_at: datetime
) -> bool:
    """Tell whether the session holds the room for all of this time already."""
    if session is None or session.room_address != room.address:
        return False
    accepted = answer_of_room(session) is Answer.ACCEPTED
    return accepted and session.starts_at <= starts_at and ends_at <= session.ends_at
