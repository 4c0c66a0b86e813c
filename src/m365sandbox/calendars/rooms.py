"""How a room answers a request: the rules of Set-CalendarProcessing, as a pure function.

https://learn.microsoft.com/powershell/module/exchange/set-calendarprocessing
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from m365sandbox.calendars.series import day_of, last_end, spread
from m365sandbox.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from m365sandbox.calendars.model import Event, Response
    from m365sandbox.directory.model import BookingRules, Room

WORK_BEGINS: Final = time(8)
WORK_ENDS: Final = time(17)
_SATURDAY: Final = 5
_CONFLICTS: Final = "Your request was declined because there are conflicts."
_PENDING: Final = "Your request was received and is pending approval."
_NO_RIGHT: Final = (
    "Your request was declined because you don't have permissions to book this resource."
)


@dataclass(frozen=True)
class Decision:
    """A room's answer and the reason it gives; `none` means that it says nothing.

    Of a series, the days in `skipped` are not booked, nor what comes after `until`.
    """

    response: Response
    reason: str
    is_booked: bool
    skipped: tuple[date, ...] = ()
    until: date | None = None

    @property
    def is_pending(self) -> bool:
        """Say whether a person has to decide."""
        return self.is_booked and self.response != "accepted"


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
    horizon = now + timedelta(days=rules.booking_window_in_days)
    refusal = _refusal(room, request, now, horizon)
    skipped = _taken_days(request, bookings, rules, horizon)
    if not _is_bearable(skipped, request, rules, horizon):
        return Decision("declined", refusal or _CONFLICTS, is_booked=False)
    past = _is_past(request, now)
    response = _response(rules, request, breaks_rules=refusal is not None, is_past=past)
    if response == "declined":
        return Decision("declined", refusal or _NO_RIGHT, is_booked=False)
    until = None
    if request.recurrence is not None and (last_end(request) or horizon) >= horizon:
        until = horizon.date()
    reason = _granted(skipped) if response == "accepted" else _PENDING
    return Decision(response, reason, is_booked=True, skipped=skipped, until=until)


def _response(
    rules: BookingRules, request: Event, *, breaks_rules: bool, is_past: bool
) -> Response:
    """Return what the organiser may have: the room, a delegate's decision about it, or nothing."""
    who = request.organizer.address.lower()
    if breaks_rules:
        may_ask = rules.all_request_out_of_policy or _among(rules.request_out_of_policy, who)
        return "tentativelyAccepted" if may_ask and not is_past else "declined"
    if rules.all_book_in_policy or _among(rules.book_in_policy, who):
        return "accepted"
    # Delegates are there to decide, whether or not the others are named as well.
    may_ask = rules.all_request_in_policy or bool(rules.resource_delegates)
    may_ask = may_ask or _among(rules.request_in_policy, who)
    return "tentativelyAccepted" if may_ask else "declined"


def _among(addresses: Iterable[str], who: str) -> bool:
    return who in {one.lower() for one in addresses}


def _granted(skipped: tuple[date, ...]) -> str:
    if not skipped:
        return "Your request was accepted."
    days = ", ".join(one.isoformat() for one in skipped)
    return f"Your request was accepted, except for these days, which conflict: {days}."


def _is_past(request: Event, now: datetime) -> bool:
    ends = last_end(request)
    return ends is not None and ends <= now


def _refusal(room: Room, request: Event, now: datetime, horizon: datetime) -> str | None:  # noqa: PLR0911 -- one rule after the other
    """Return why the request breaks a rule of its own, whatever else is booked."""
    rules = room.rules
    window = rules.booking_window_in_days
    longest = rules.maximum_duration_in_minutes
    ends = last_end(request)
    if _is_past(request, now):
        return "Your request was declined because it is in the past."
    if request.start > horizon:
        return (
            f"Your request was declined because it is more than {window} days in the future, the "
            "furthest this room can be booked ahead."
        )
    if request.recurrence is not None and not rules.allow_recurring_meetings:
        return "Your request was declined because this room does not take recurring meetings."
    runs_past = request.recurrence is not None and (ends is None or ends > horizon)
    if runs_past and rules.enforce_scheduling_horizon:
        return (
            f"Your request was declined because the series runs past the {window} days this room "
            "can be booked ahead."
        )
    if longest and request.end - request.start > timedelta(minutes=longest):
        return f"Your request was declined because it is longer than {longest} minutes."
    if rules.schedule_only_during_work_hours and not _in_work_hours(room, request):
        return "Your request was declined because it is outside the working hours of the room."
    return None


def _wanted(request: Event, horizon: datetime) -> list[Event]:
    """Return the occurrences that are asked for, as far ahead as the room can be booked."""
    ends = last_end(request) or horizon
    if request.recurrence is not None:
        ends = max(min(ends, horizon), request.end)
    return list(spread(request, request.start, ends))


def _taken_days(
    request: Event, bookings: Iterable[Event], rules: BookingRules, horizon: datetime
) -> tuple[date, ...]:
    """Return the days on which something else is booked at the time that is asked for."""
    wanted = _wanted(request, horizon)
    if rules.allow_conflicts or not wanted:
        return ()
    taken = [
        busy
        for one in bookings
        if one.uid != request.uid and one.show_as != "free" and not one.is_cancelled
        for busy in spread(one, wanted[0].start, wanted[-1].end)
    ]
    return tuple(
        day_of(request, one)
        for one in wanted
        if any(busy.overlaps(one.start, one.end) for busy in taken)
    )


def _is_bearable(
    taken: tuple[date, ...], request: Event, rules: BookingRules, horizon: datetime
) -> bool:
    """Say whether a request may have so many conflicts: a single event none, a series a few."""
    if not taken:
        return True
    share = 100 * len(taken) / len(_wanted(request, horizon))
    return (
        request.recurrence is not None
        and len(taken) <= rules.maximum_conflict_instances
        and share <= rules.conflict_percentage_allowed
    )


def _in_work_hours(room: Room, request: Event) -> bool:
    place = zone(room.time_zone)
    start, end = request.start.astimezone(place), request.end.astimezone(place)
    return (
        start.weekday() < _SATURDAY
        and start.date() == end.date()
        and start.time() >= WORK_BEGINS
        and end.time() <= WORK_ENDS
    )
