"""What the address of a page with rooms asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from classbell.domain.scheduling.rooms import RoomWish
from classbell.storage.models import Room, RoomList

LONGEST_TEXT = 200
MOST_SEATS = 100_000

Options = list[tuple[str, str]]
"""Value and words of each option of a choice."""


def read_wish(query: Mapping[str, str]) -> RoomWish:
    """Read which rooms are asked for; wrong values count as none."""
    seats = query.get("seats", "")
    plain = seats.isascii() and seats.isdigit() and 0 < int(seats[:9]) <= MOST_SEATS
    return RoomWish(
        text=query.get("q", "").strip()[:LONGEST_TEXT],
        building=query.get("building", ""),
        room_list=query.get("list", ""),
        seats=int(seats) if plain else None,
        equipment=query.get("equipment", ""),
        accessible=query.get("accessible") == "on",
    )


def fields_of(wish: RoomWish) -> dict[str, str]:
    """Return a wish as fields of an address or a form."""
    values = {
        "q": wish.text,
        "building": wish.building,
        "list": wish.room_list,
        "seats": str(wish.seats or ""),
        "equipment": wish.equipment,
        "accessible": "on" if wish.accessible else "",
    }
    return {name: value for name, value in values.items() if value}


def choices_of(rooms: Iterable[Room], lists: Iterable[RoomList]) -> dict[str, Options]:
    """Return the options of each choice, as the rooms that are known offer them."""
    known = list(rooms)
    buildings = sorted({room.building for room in known if room.building})
    equipment = sorted({str(one) for room in known for one in room.features}, key=str.casefold)
    return {
        "building": [("", _("Any building")), *((name, name) for name in buildings)],
        "list": [("", _("Any room list")), *((one.address, one.name) for one in lists)],
        "equipment": [("", _("Any equipment")), *((name, name) for name in equipment)],
    }
