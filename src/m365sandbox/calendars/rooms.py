"""How a room answers a request: the rules of Set-CalendarProcessing, as a pure function.

https://learn.microsoft.com/powershell/module/exchange/set-calendarprocessing
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.series import last_end, spread
from m365sandbox.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from m365sandbox.calendars.model import Event, Response
    from m365sandbox.directory.model import Room

WORK_BEGINS: Final = time(8)
WORK_ENDS: Final = time(17)
_SATURDAY: Final = 5


@dataclass(frozen=True)
class Decision:
    """A room's answer and the reason it gives; `none` means that it says nothing."""

    response: Response
    reason: str
    is_booked: bool


def decide(
    room: Room, request: Event, bookings: Iterable[Event], now: datetime, *, is_inside: bool
) -> Decision:
    """Return how a room answers a request.

    Args:
        room: The room with its rules.
        request: The organiser's event.
        bookings: What the room's calendar already holds.
        now: The sandbox's time, aware.
        is_inside: Whether the organiser belongs to the room's organisation.
    """
    rules = room.rules
    if rules.automate_processing == "None" or not (
        is_inside or rules.process_external_meeting_messages
    ):
        return Decision("none", "The room does not answer this request.", is_booked=False)
    if rules.automate_processing == "AutoUpdate":
        return Decision("none", "The request waits for a person.", is_booked=True)
    refusal = _refusal(room, request, now) or _conflict(room, request, bookings)
    if refusal is not None:
        return Decision("declined", refusal, is_booked=False)
    if not rules.all_book_in_policy:
        reason = "Your request was received and is pending approval."
        return Decision("tentativelyAccepted", reason, is_booked=True)
    return Decision("accepted", "Your request was accepted.", is_booked=True)


def _refusal(room: Room, request: Event, now: datetime) -> str | None:  # noqa: PLR0911 -- one rule after the other
    """Return why the request breaks a rule of its own, whatever else is booked."""
    rules = room.rules
    window = rules.booking_window_in_days
    longest = rules.maximum_duration_in_minutes
    ends = last_end(request)
    if ends is not None and ends <= now:
        return "Your request was declined because it is in the past."
    if request.start > now + timedelta(days=window):
        return (
            f"Your request was declined because it is more than {window} days in the future, the "
            "furthest this room can be booked ahead."
        )
    if request.recurrence is not None and not rules.allow_recurring_meetings:
        return "Your request was declined because this room does not take recurring meetings."
    if request.recurrence is not None and (ends is None or ends > now + timedelta(days=window)):
        return (
            f"Your request was declined because the series runs past the {window} days this room "
            "can be booked ahead."
        )
    if longest and request.end - request.start > timedelta(minutes=longest):
        return f"Your request was declined because it is longer than {longest} minutes."
    if rules.schedule_only_during_work_hours and not _in_work_hours(room, request):
        return "Your request was declined because it is outside the working hours of the room."
    return None


def _conflict(room: Room, request: Event, bookings: Iterable[Event]) -> str | None:
    if room.rules.allow_conflicts:
        return None
    wanted = list(spread(request, request.start, last_end(request) or request.end))
    if not wanted:
        return None
    taken = [
        busy
        for one in bookings
        if one.uid != request.uid and one.show_as != "free" and not one.is_cancelled
        for busy in spread(one, wanted[0].start, wanted[-1].end)
    ]
    if not any(busy.overlaps(one.start, one.end) for one in wanted for busy in taken):
        return None
    return "Your request was declined because there are conflicts."


def _in_work_hours(room: Room, request: Event) -> bool:
    place = zone(room.time_zone)
    start, end = request.start.astimezone(place), request.end.astimezone(place)
    return (
        start.weekday() < _SATURDAY
        and start.date() == end.date()
        and start.time() >= WORK_BEGINS
        and end.time() <= WORK_ENDS
    )
