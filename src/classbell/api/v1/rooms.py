"""Rooms that a catalog offers, and when they are free."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from classbell import bootstrap
from classbell.api.v1.answers import answer
from classbell.api.v1.asking import caller
from classbell.api.v1.catalogs import Slug
from classbell.api.v1.moments import Moment
from classbell.api.v1.pages import USUAL, Cursor, Limit, Page, page_of
from classbell.api.v1.routes import operation
from classbell.domain.integrations.scopes import ApiScope
from classbell.domain.scheduling.rooms import RoomWish, room_choices
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Room
from classbell.storage.queries.rooms import offered_rooms

router = Router(tags=["rooms"])
LONGEST = timedelta(days=14)
"""Graph answers for periods under 62 days; nobody looks for a room for longer than this."""


class RoomOut(Schema):
    """A room of the organisation, as last listed by Microsoft 365."""

    address: str
    name: str
    building: str
    floor: str
    city: str
    capacity: int | None
    features: list[str]
    wheelchair_accessible: bool | None


class RoomAvailabilityOut(Schema):
    """A room and whether it is free; free now is no reservation."""

    room: RoomOut
    availability: str = Field(description="`free`, `busy` or `unknown`")
    reason: str = Field(description="why it is not known; empty otherwise")
    too_small: bool


class Availabilities(Schema):
    """Free rooms first, then those of which it is not known, then busy ones."""

    items: list[RoomAvailabilityOut]


def shown(room: Room) -> RoomOut:
    """Return a room as it is shown."""
    return RoomOut(
        address=room.address,
        name=room.name,
        building=room.building,
        floor=room.floor,
        city=room.city,
        capacity=room.capacity,
        features=room.features,
        wheelchair_accessible=room.wheelchair_accessible,
    )


@operation(
    router, "GET", "/catalogs/{slug}/rooms", scope=ApiScope.ROOMS_READ, returns=Page[RoomOut]
)
def list_rooms(
    request: HttpRequest, slug: Slug, cursor: Cursor = "", limit: Limit = USUAL
) -> HttpResponse:
    """List the rooms that the catalog offers."""
    rows = offered_rooms(caller(request).catalog(slug))
    found = page_of(request, rows, order=("address",), cursor=cursor, limit=limit)
    return answer(request, Page[RoomOut](items=[shown(row) for row in found.rows], next=found.next))


@operation(
    router,
    "GET",
    "/catalogs/{slug}/rooms/availability",
    scope=ApiScope.ROOMS_READ,
    returns=Availabilities,
)
def read_availability(
    request: HttpRequest,
    slug: Slug,
    starts_at: Annotated[Moment, Query(..., description="with its offset from UTC")],
    ends_at: Annotated[Moment, Query(..., description="at most 14 days later")],
    seats: Annotated[int | None, Query(None, ge=1, le=100_000)] = None,
) -> HttpResponse:
    """Ask Microsoft which rooms are free in a time; what it does not say is `unknown`."""
    catalog = caller(request).catalog(slug)
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise InvalidInput(
            "The time must end after it begins, and at most 14 days later.", field="ends_at"
        )
    found = room_choices(
        bootstrap.ports(),
        catalog=catalog,
        starts_at=starts_at,
        ends_at=ends_at,
        seats=seats,
        wish=RoomWish(seats=seats),
    )
    items = [
        RoomAvailabilityOut(
            room=shown(one.room),
            availability=one.availability.value,
            reason=one.reason,
            too_small=one.too_small,
        )
        for one in found
    ]
    return answer(request, Availabilities(items=items))
