"""When a session's reminders go out: the rule, as pure functions of wall time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(7, 0)
"""When people are reminded on the day itself."""

AHEAD = timedelta(hours=2)
"""How long before the start at least, where the day begins early."""

GRACE = timedelta(hours=12)
"""For how long after its moment a reminder is still worth sending: through an outage of a night,
but not for a session that was made or moved long after its moment had passed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One reminder of a session.

    Attributes:
        days: whole days before the session, as the list of days has it.
        at: aware UTC moment at which it goes out.
    """

    days: int
    at: datetime


def day_of(starts_at: datetime, zone: str) -> date:
    """Return the day of a session in its own time zone."""
    return starts_at.astimezone(ZoneInfo(zone)).date()


def moments(starts_at: datetime, zone: str, days: Iterable[int]) -> list[Moment]:
    """Return when a session's reminders go out, the earliest first.

    So many calendar days before, when a clock on the wall of that place shows what it will show at
    the start, also across a change of the clocks. A time that the clocks skip that day is taken as
    if they had not been changed yet, and of one that they show twice the first is meant. On the day
    itself it is seven in the morning, or two hours before the start where that is earlier.

    Args:
        starts_at: aware moment at which the session starts.
        zone: IANA name of its time zone.
        days: whole days before.
    """
    place = ZoneInfo(zone)
    wall = starts_at.astimezone(place).replace(tzinfo=None, fold=0)
    found = []
    for number in set(days):
        if number:
            at = (wall - timedelta(days=number)).replace(tzinfo=place).astimezone(UTC)
        else:
            morning = datetime.combine(wall.date(), MORNING, place).astimezone(UTC)
            at = min(morning, starts_at.astimezone(UTC) - AHEAD)
        found.append(Moment(number, at))
    return sorted(found, key=lambda moment: moment.at)


def due(planned: list[Moment], starts_at: datetime, now: datetime) -> Moment | None:
    """Return the reminder that is to go out now; None where there is none.

    Of several whose moment has passed it is the last one: nobody wants two at once. None goes out
    after the start.
    """
    if now >= starts_at:
        return None
    passed = [moment for moment in planned if moment.at <= now]
    if not passed or now - passed[-1].at > GRACE:
        return None
    return passed[-1]


def following(planned: list[Moment], now: datetime) -> datetime | None:
    """Return when the next reminder goes out; None where no more will."""
    return next((moment.at for moment in planned if moment.at > now), None)
