"""Reads about an organisation's rooms and which of them a catalog offers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from classbell.storage.models import Catalog, CourseSession, HiddenRoom, Room, RoomList
from classbell.storage.scope import Scope


def offered_rooms(catalog: Catalog) -> QuerySet[Room]:
    """Return the rooms of the organisation that a catalog does not hide, by building and name."""
    hidden = HiddenRoom.objects.filter(catalog=catalog).values("address")
    rooms = Scope(catalog.organisation_id).of(Room).exclude(address__in=hidden)
    return rooms.order_by("building", "name", "address")


def rooms_of_catalog(scope: Scope, catalog: Catalog, *, now: datetime) -> QuerySet[Room]:
    """Return all rooms of the organisation with what they mean to a catalog.

    Args:
        scope: the catalog's.
        catalog: the catalog.
        now: business time.

    Returns:
        Rooms by name with ``bookings``, the catalog's sessions to come that name them, and
        ``hidden``, whether the catalog does not offer them.
    """
    coming = (
        scope.of(CourseSession)
        .filter(room_address=OuterRef("address"), ends_at__gt=now, cancelled_at=None)
        .order_by()
        .values("room_address")
        .annotate(total=Count("id"))
        .values("total")
    )
    hidden = HiddenRoom.objects.filter(catalog=catalog, address=OuterRef("address"))
    return (
        scope.of(Room)
        .annotate(bookings=Subquery(coming), hidden=Exists(hidden))
        .order_by("name", "address")
    )


def room_lists(scope: Scope) -> QuerySet[RoomList]:
    """Return the organisation's room lists by name."""
    return scope.of(RoomList).order_by("name", "address")


def room_answers(
    scope: Scope, *, start: datetime, end: datetime
) -> list[tuple[datetime, str | None]]:
    """Return when each session with a room begins, and what the room has answered so far.

    Args:
        scope: the catalog's.
        start: aware, when the period begins.
        end: aware, the first moment that is no more part of it.
    """
    rows = scope.of(CourseSession).filter(
        starts_at__gte=start, starts_at__lt=end, cancelled_at=None, published=True
    )
    named = rows.exclude(room_address="").order_by("starts_at")
    return list(named.values_list("starts_at", "entry__room_answer"))
