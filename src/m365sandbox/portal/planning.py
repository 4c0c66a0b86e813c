"""Calendars in the portal: by day and by week, of people and of rooms."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from m365sandbox.calendars.zones import zone
from m365sandbox.portal.pages import page, posted, see

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from m365sandbox.calendars.model import Answer, Event
    from m365sandbox.world import World

_WEEK: Final = 7
_ANSWERS: Final = ("accepted", "tentativelyAccepted", "declined")


class Planning:
    """The pages about calendars."""

    def __init__(self, world: World) -> None:
        """Show a world's calendars."""
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return the addresses of these pages."""
        respond = "/portal/calendars/{address}/{key}/respond"
        return [
            Route("/portal/rooms", self.rooms),
            Route("/portal/calendars/{address}", self.calendar),
            Route(respond, self.respond, methods=["POST"]),
            Route("/portal/calendars/{address}/expire-delta", self.expire, methods=["POST"]),
        ]

    async def rooms(self, request: Request) -> Response:
        """List the rooms with what is booked in the coming week."""
        del request
        now = self._world.now()
        until = now + timedelta(days=_WEEK)
        rows = [
            (tenant, room, self._world.calendars.between(room.address, now, until))
            for tenant in self._world.directory.tenants.values()
            for room in self._world.directory.rooms_of(tenant.tenant_id)
        ]
        return page(self._world, "rooms", {"rows": rows})

    async def calendar(self, request: Request) -> Response:
        """Show one calendar by day or by week, in its owner's time zone."""
        address, name, zone_name, is_room = self._owner(request)
        view = "day" if request.query_params.get("view") == "day" else "week"
        place = zone(zone_name)
        day = _day(request.query_params.get("date", ""), self._world.now().astimezone(place).date())
        first = day if view == "day" else day - timedelta(days=day.weekday())
        length = 1 if view == "day" else _WEEK
        days = [
            (one, self._on(address, one, zone_name))
            for one in (first + timedelta(days=number) for number in range(length))
        ]
        facts = {
            "address": address,
            "name": name,
            "zone": zone_name,
            "is_room": is_room,
            "view": view,
            "days": days,
            "meetings": self._world.meetings,
            "shown": day,
            "before": first - timedelta(days=length),
            "after": first + timedelta(days=length),
        }
        return page(self._world, "calendar", facts)

    async def respond(self, request: Request) -> Response:
        """Answer an invitation as the person whose calendar it is in."""
        form = await posted(request)
        address = self._owner(request)[0]
        event = self._world.calendars.whole(address, str(request.path_params["key"]))
        answer = str(form.get("answer", ""))
        if event is None or event.is_organizer or answer not in _ANSWERS:
            raise HTTPException(400, "There is no open invitation to answer here.")
        room = self._world.directory.room(address)
        if room is None:
            self._world.calendars.answers.respond(event, cast("Answer", answer))
        elif event.response != "accepted":
            self._world.calendars.answers.settle(room, event, cast("Answer", answer))
        return see(f"/portal/calendars/{quote(address, safe='@')}?date={event.start.date()}")

    async def expire(self, request: Request) -> Response:
        """Let every delta link of a calendar expire."""
        await posted(request)
        address = self._owner(request)[0]
        self._world.calendars.journal(address).expire()
        return see(f"/portal/calendars/{quote(address, safe='@')}")

    def _owner(self, request: Request) -> tuple[str, str, str, bool]:
        """Return address, name, zone, and whether it is a room."""
        name = str(request.path_params["address"])
        room = self._world.directory.room(name)
        if room is not None:
            return room.address.lower(), room.display_name, room.time_zone, True
        person = self._world.directory.person(name)
        if person is None or not person.has_mailbox:
            raise HTTPException(404, "There is no such calendar.")
        return person.address.lower(), person.display_name, person.time_zone, False

    def _on(self, address: str, day: date, zone_name: str) -> list[Event]:
        """Return what happens on a day of a zone; all-day events count by their dates."""
        place = zone(zone_name)
        begins = datetime.combine(day, time(), place).astimezone(UTC)
        ends = datetime.combine(day + timedelta(days=1), time(), place).astimezone(UTC)
        midnight = datetime.combine(day, time(), UTC)
        events = self._world.calendars.between(
            address, begins - timedelta(days=1), ends + timedelta(days=1)
        )
        return [
            one
            for one in events
            if (one.is_all_day and one.overlaps(midnight, midnight + timedelta(days=1)))
            or (not one.is_all_day and one.overlaps(begins, ends))
        ]


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    # A week before the first and after the last day of the calendar cannot be shown.
    return day if date(1900, 1, 8) < day < date(9000, 1, 1) else today
