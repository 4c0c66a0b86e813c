"""Rooms of the organisation: listed from Microsoft 365, and whether they are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling.request import REFRESH_ROOMS, account_serving
from classbell.domain.scheduling.route import lists_rooms, writes_calendar
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure
from classbell.ports.rooms import Availability
from classbell.ports.rooms import Room as ListedRoom
from classbell.storage.models import Account, AccountState, Catalog, CourseSession, Lane, Room
from classbell.storage.queries.scheduling import rooms_list
from classbell.storage.scope import Scope

__all__ = ["REFRESH_ROOMS", "RoomChoice", "refresh_rooms", "room_choices"]

log = structlog.get_logger(__name__)

REFRESHED_EVERY = timedelta(hours=24)
"""Microsoft: «it can take up to 24 hours» until a new room shows in the list
(https://learn.microsoft.com/graph/api/place-list)."""

NOT_GRANTED = "The account was not granted free and busy times; availability is not known."


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


def refresh_rooms(ports: Ports, lane: Lane, organisation_id: str) -> datetime | None:
    """List the organisation's rooms anew: the work «refresh_rooms» of a mailbox lane.

    Rooms that Microsoft no longer lists are forgotten; sessions keep the address they were given.

    Args:
        ports: the outside world.
        lane: lane of an account that may list rooms.
        organisation_id: whose rooms.

    Returns:
        When to list them again; None where the account may not or is not connected.

    Raises:
        ProviderFailure: Microsoft did not do it; the lane decides about trying again.
    """
    account = Account.objects.filter(pk=UUID(lane.key)).first()
    if account is None or account.state != AccountState.CONNECTED or not lists_rooms(account):
        return None
    now = ports.clock.now()
    mailbox = mailbox_for(ports, account.pk)
    try:
        listed = ports.rooms.list_rooms(mailbox)
    except ProviderFailure as failure:
        if not failure.verdict.permission:
            raise
        # Rooms alone are withheld: everything else goes on, and addresses are typed meanwhile.
        log.warning("rooms are withheld", account=str(account.pk), reason_code=failure.verdict.code)
        return now + REFRESHED_EVERY
    _write(UUID(organisation_id), listed, now)
    return now + REFRESHED_EVERY


def room_choices(
    ports: Ports,
    *,
    catalog: Catalog,
    starts_at: datetime,
    ends_at: datetime,
    seats: int | None = None,
    session: CourseSession | None = None,
) -> tuple[RoomChoice, ...]:
    """Return the organisation's rooms and whether each is free. Uses the network.

    An answer that is missing, late or refused is «not known», never «free»; a page can always be
    shown. Free now is no reservation: the room decides when it is invited.

    Args:
        ports: the outside world.
        catalog: whose account asks.
        starts_at: begin of the time asked about, aware UTC.
        ends_at: its end, aware UTC.
        seats: how many people the room shall hold, None for any.
        session: the session it is for; the room it holds already counts as free for it.
    """
    rooms = list(rooms_list(Scope(catalog.organisation_id)))
    found, reason = _availability(
        ports, catalog, [room.address for room in rooms], starts_at, ends_at
    )
    return tuple(
        RoomChoice(
            room,
            Availability.FREE
            if _held(session, room, starts_at, ends_at)
            else found.get(room.address, Availability.UNKNOWN),
            reason,
            too_small=bool(seats and room.capacity and room.capacity < seats),
        )
        for room in rooms
    )


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
    entry = getattr(session, "entry", None)
    accepted = entry is not None and entry.room_answer == "accepted"
    return accepted and session.starts_at <= starts_at and ends_at <= session.ends_at


def _write(organisation_id: UUID, listed: tuple[ListedRoom, ...], now: datetime) -> None:
    """Make the table hold exactly the rooms listed."""
    rows = {
        room.address.casefold(): Room(
            organisation_id=organisation_id,
            address=room.address.casefold(),
            name=(room.name or room.address)[:200],
            building=room.building[:200],
            floor=room.floor[:100],
            city=room.city[:100],
            capacity=room.capacity,
            features=list(room.features),
            wheelchair_accessible=room.wheelchair_accessible,
            refreshed_at=now,
        )
        for room in listed
        if room.address
    }
    with transaction.atomic():
        Room.objects.filter(organisation_id=organisation_id).exclude(address__in=rows).delete()
        Room.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["organisation", "address"],
            update_fields=[
                "name",
                "building",
                "floor",
                "city",
                "capacity",
                "features",
                "wheelchair_accessible",
                "refreshed_at",
            ],
        )
