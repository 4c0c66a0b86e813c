"""The days on which a recurring event happens: patterns and ranges as Graph names them.

https://learn.microsoft.com/graph/api/resources/recurrencepattern and
https://learn.microsoft.com/graph/api/resources/recurrencerange
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

PatternType = Literal[
    "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"
]
RangeType = Literal["endDate", "noEnd", "numbered"]
WeekIndex = Literal["first", "second", "third", "fourth", "last"]
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INDEXES: Final = ("first", "second", "third", "fourth")
_WEEK: Final = 7
_MONTHS: Final = 12
_LAST: Final = date(4500, 8, 31)


@dataclass(frozen=True)
class Recurrence:
    """When a series happens; `start` is the day of its first occurrence at the earliest."""

    kind: PatternType
    interval: int
    range_kind: RangeType
    start: date
    end: date | None = None
    count: int = 0
    days: list[str] = field(default_factory=list)
    first_day: str = "sunday"
    day_of_month: int = 0
    month: int = 0
    index: WeekIndex = "first"
    zone: str = "UTC"

    def dates(self, since: date, until: date) -> Iterator[date]:
        """Yield the days of occurrences from `since` to `until`, both included, in their order."""
        last = min(until, self.end or _LAST, _LAST)
        # A numbered range is counted from its beginning; others may be entered anywhere.
        period = 0 if self.range_kind == "numbered" else self._period_of(since)
        seen = 0
        while self._earliest(period) <= last:
            for day in self._in_period(period):
                if day < self.start:
                    continue
                seen += 1
                if day > last or (self.range_kind == "numbered" and seen > self.count):
                    return
                if day >= since:
                    yield day
            period += 1

    def first(self) -> date | None:
        """Return the day of the first occurrence, or None when there is none."""
        return next(self.dates(self.start, _LAST), None)

    def last(self) -> date | None:
        """Return the day of the last occurrence, or None when the series has no end."""
        if self.range_kind == "noEnd":
            return None
        found = None
        for found in self.dates(self.start, self.end or _LAST):  # noqa: B007 -- the last one counts
            pass
        return found

    def _period_of(self, day: date) -> int:
        """Return the number of a period that begins no later than a day."""
        if day <= self.start:
            return 0
        if self.kind in {"daily", "weekly"}:
            length = self.interval * (1 if self.kind == "daily" else _WEEK)
            return max(0, (day - self.start).days // length - 1)
        months = (day.year - self.start.year) * _MONTHS + day.month - self.start.month
        return max(0, months // (self.interval * self._months_of_period) - 1)

    @property
    def _months_of_period(self) -> int:
        return _MONTHS if self.kind in {"absoluteYearly", "relativeYearly"} else 1

    def _earliest(self, period: int) -> date:
        """Return the first day a period may reach; beyond all calendars, the end of ours."""
        try:
            if self.kind == "daily":
                return self.start + timedelta(days=period * self.interval)
            if self.kind == "weekly":
                return self._week(period)
            year, month = self._month(period)
            return date(year, month, 1)
        except (OverflowError, ValueError):
            return date.max

    def _in_period(self, period: int) -> list[date]:
        if self.kind == "daily":
            return [self._earliest(period)]
        if self.kind == "weekly":
            week = self._week(period)
            return [
                day
                for day in (week + timedelta(days=number) for number in range(_WEEK))
                if DAYS[day.weekday()] in self.days
            ]
        year, month = self._month(period)
        length = calendar.monthrange(year, month)[1]
        if self.kind in {"absoluteMonthly", "absoluteYearly"}:
            # In a month that is too short, the service takes its last day.
            return [date(year, month, min(self.day_of_month, length))]
        fitting = [
            day
            for day in (date(year, month, number) for number in range(1, length + 1))
            if DAYS[day.weekday()] in self.days
        ]
        if self.index == "last":
            return fitting[-1:]
        place = _INDEXES.index(self.index)
        return fitting[place : place + 1]

    def _week(self, period: int) -> date:
        behind = (self.start.weekday() - DAYS.index(self.first_day)) % _WEEK
        return self.start - timedelta(days=behind) + timedelta(days=period * self.interval * _WEEK)

    def _month(self, period: int) -> tuple[int, int]:
        first = self.month if self._months_of_period == _MONTHS else self.start.month
        months = first - 1 + period * self.interval * self._months_of_period
        return self.start.year + months // _MONTHS, months % _MONTHS + 1
