"""The organisation's rooms as Microsoft 365 lists them, and which of them a catalog offers."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import address_key
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.scheduling.request import account_serving, request_rooms
from classbell.domain.scheduling.route import lists_rooms
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere, ProviderFailure
from classbell.ports.rooms import Room as ListedRoom
from classbell.ports.rooms import RoomList as ListedRoomList
from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    HiddenRoom,
    Lane,
    Room,
    RoomList,
)
from classbell.storage.queries.scheduling import room_called

log = structlog.get_logger(__name__)

REFRESHED_EVERY = timedelta(hours=24)
"""Microsoft: «it can take up to 24 hours» until a new room shows in the list
(https://learn.microsoft.com/graph/api/place-list)."""


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
        rooms = ports.rooms.list_rooms(mailbox)
        lists = ports.rooms.list_room_lists(mailbox)
    except ProviderFailure as failure:
        if not failure.verdict.permission:
            raise
        # Rooms alone are withheld: everything else goes on, and addresses are typed meanwhile.
        log.warning("rooms are withheld", account=str(account.pk), reason_code=failure.verdict.code)
        return now + REFRESHED_EVERY
    _write(UUID(organisation_id), rooms, lists, now)
    return now + REFRESHED_EVERY


def refresh_rooms_now(ports: Ports, *, catalog: Catalog, actor: Actor) -> None:
    """Ask for the organisation's rooms to be listed anew at once; the account's lane does it.

    Raises:
        InvalidInput: no account is connected, or it may not list rooms.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    account = account_serving(catalog)
    if account is None or account.state != AccountState.CONNECTED:
        raise InvalidInput(
            "No Microsoft 365 account is connected, so rooms cannot be listed.",
            remedy="A catalog admin can connect one in the Microsoft 365 Connection Settings.",
        )
    if not lists_rooms(account):
        raise InvalidInput(
            f"{account.address} was not granted listing rooms.",
            remedy="Ask for the approval of «Rooms» in the Microsoft 365 Connection Settings; "
            "an administrator of Microsoft 365 gives it. Until then type the room's address.",
        )
    with transaction.atomic():
        request_rooms(ports, account)
        _record(ports, catalog, actor, "rooms.refresh_requested", f"account:{account.address}")


def hide_room(ports: Ports, *, catalog: Catalog, address: str, actor: Actor) -> bool:
    """Offer a room no more in this catalog; sessions that have it keep it.

    Returns:
        Whether that changed anything.

    Raises:
        NotFoundHere: the organisation has no such room.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    room = room_called(catalog.organisation_id, address)
    if room is None:
        raise NotFoundHere(
            "There is no such room in your organisation.",
            remedy="Refresh the list of rooms, then choose one of it.",
        )
    with transaction.atomic():
        _, fresh = HiddenRoom.objects.get_or_create(catalog=catalog, address=room.address)
        if fresh:
            _record(ports, catalog, actor, "room.hidden", f"room:{room.address}")
    return fresh


def show_room(ports: Ports, *, catalog: Catalog, address: str, actor: Actor) -> bool:
    """Offer a hidden room again in this catalog.

    Returns:
        Whether that changed anything.

    Raises:
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    key = address_key(address)
    with transaction.atomic():
        gone, _ = HiddenRoom.objects.filter(catalog=catalog, address=key).delete()
        if gone:
            _record(ports, catalog, actor, "room.shown", f"room:{key}")
    return bool(gone)


def _record(ports: Ports, catalog: Catalog, actor: Actor, action: str, subject: str) -> None:
    """Write the audit row of an act on rooms."""
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=subject,
    )


def _write(
    organisation_id: UUID,
    listed: tuple[ListedRoom, ...],
    lists: tuple[ListedRoomList, ...],
    now: datetime,
) -> None:
    """Make the tables hold exactly the rooms and room lists that were listed."""
    rooms = {
        room.address.casefold(): _room_row(organisation_id, room, lists, now)
        for room in listed
        if room.address
    }
    named = {
        one.address.casefold(): RoomList(
            organisation_id=organisation_id,
            address=one.address.casefold(),
            name=one.name[:200],
            refreshed_at=now,
        )
        for one in lists
    }
    with transaction.atomic():
        Room.objects.filter(organisation_id=organisation_id).exclude(address__in=rooms).delete()
        RoomList.objects.filter(organisation_id=organisation_id).exclude(address__in=named).delete()
        Room.objects.bulk_create(
            rooms.values(),
            update_conflicts=True,
            unique_fields=["organisation", "address"],
            update_fields=[
                "name",
                "building",
                "floor",
                "city",
                "capacity",
                "features",
                "lists",
                "wheelchair_accessible",
                "refreshed_at",
            ],
        )
        RoomList.objects.bulk_create(
            named.values(),
            update_conflicts=True,
            unique_fields=["organisation", "address"],
            update_fields=["name", "refreshed_at"],
        )


def _room_row(
    organisation_id: UUID, room: ListedRoom, lists: tuple[ListedRoomList, ...], now: datetime
) -> Room:
    """Return the row of one room, with the addresses of the lists that name it."""
    key = room.address.casefold()
    naming = [
        one.address.casefold()
        for one in lists
        if any(address.casefold() == key for address in one.rooms)
    ]
    return Room(
        organisation_id=organisation_id,
        address=key,
        name=(room.name or room.address)[:200],
        building=room.building[:200],
        floor=room.floor[:100],
        city=room.city[:100],
        capacity=room.capacity,
        features=list(room.features),
        lists=naming,
        wheelchair_accessible=room.wheelchair_accessible,
        refreshed_at=now,
    )
