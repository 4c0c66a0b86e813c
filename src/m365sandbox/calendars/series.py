"""The occurrences of a recurring event, each as an event of its own that is made when asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from m365sandbox.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m365sandbox.calendars.model import Event

_A_DAY = timedelta(days=1)


def spread(event: Event, start: datetime, end: datetime) -> Iterator[Event]:
    """Yield an event, or each occurrence of a series, that takes time between two moments."""
    if event.recurrence is None:
        if event.overlaps(start, end):
            yield event
        return
    length = event.end - event.start
    place = UTC if event.is_all_day else zone(event.recurrence.zone)
    since = (start - length - _A_DAY).astimezone(place).date()
    until = (end + _A_DAY).astimezone(place).date()
    for day in event.recurrence.dates(since, until):
        if day in event.skipped_days:
            continue
        one = _occurrence(event, day)
        if one.overlaps(start, end):
            yield one


def occurrence_on(event: Event, day: date) -> Event | None:
    """Return the occurrence of a series on a day of its zone, or None."""
    if event.recurrence is None or day in event.skipped_days:
        return None
    if next(event.recurrence.dates(day, day), None) != day:
        return None
    return _occurrence(event, day)


def last_end(event: Event) -> datetime | None:
    """Return when an event, or the last occurrence of a series, ends; None for one without end."""
    if event.recurrence is None:
        return event.end
    day = event.recurrence.last()
    return None if day is None else _occurrence(event, day).end


def day_of(event: Event, occurrence: Event) -> date:
    """Return the day of an occurrence in the zone of its series."""
    place = UTC if event.is_all_day or event.recurrence is None else zone(event.recurrence.zone)
    return occurrence.start.astimezone(place).date()


def _occurrence(event: Event, day: date) -> Event:
    """Return the series on one day: the same wall time, whatever summer time does to it."""
    if event.recurrence is None:
        raise ValueError(event.key)
    place = UTC if event.is_all_day else zone(event.recurrence.zone)
    wall = event.start.astimezone(place).time()
    start = datetime.combine(day, wall, place).astimezone(UTC)
    return replace(
        event,
        start=start,
        end=start + (event.end - event.start),
        key=f"{event.key}_{day.toordinal()}",
        series_key=event.key,
        recurrence=None,
        transaction_id=None,
    )
