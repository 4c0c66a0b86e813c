"""Reads and shows a patternedRecurrence, held to the rules of its type.

https://learn.microsoft.com/graph/api/resources/patternedrecurrence
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, cast

from m365sandbox.calendars.recurrence import PatternType, RangeType, Recurrence, WeekIndex
from m365sandbox.calendars.zones import UnknownTimeZoneError, zone
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.parameters import unknown_zone

if TYPE_CHECKING:
    from m365sandbox.errors import GraphError
    from m365sandbox.graph.call import JsonObject

# What each pattern needs besides its interval; what it does not need must be left out, but for the
# values with which the service itself fills the gaps.
_NEEDS: Final[dict[str, frozenset[str]]] = {
    "daily": frozenset(),
    "weekly": frozenset({"daysOfWeek"}),
    "absoluteMonthly": frozenset({"dayOfMonth"}),
    "relativeMonthly": frozenset({"daysOfWeek"}),
    "absoluteYearly": frozenset({"dayOfMonth", "month"}),
    "relativeYearly": frozenset({"daysOfWeek", "month"}),
}
_MAY: Final[dict[str, frozenset[str]]] = {
    "weekly": frozenset({"firstDayOfWeek"}),
    "relativeMonthly": frozenset({"index"}),
    "relativeYearly": frozenset({"index"}),
}
_FILLERS: Final[dict[str, object]] = {
    "daysOfWeek": [],
    "dayOfMonth": 0,
    "month": 0,
    "firstDayOfWeek": "sunday",
    "index": "first",
}
_MOST: Final = 999
_LATEST: Final = date(4500, 9, 1)
_NO_DATE: Final = "0001-01-01"
_NUMBERS: Final = {"interval": 99, "dayOfMonth": 31, "month": 12}


def read_recurrence(given: JsonObject, zone_name: str) -> Recurrence:
    """Return the recurrence a client sends.

    Args:
        given: A patternedRecurrence whose members have the right types.
        zone_name: The zone of the event's start, which counts where the range names none.

    Raises:
        GraphError: 400 when a member is missing, too much, or out of its bounds.
    """
    pattern = cast("JsonObject", given.get("pattern") or {})
    bounds = cast("JsonObject", given.get("range") or {})
    kind, range_kind = pattern.get("type"), bounds.get("type")
    if kind is None or range_kind is None:
        raise _wrong("The pattern and the range of a recurrence need a type.")
    _check_members(str(kind), pattern)
    start = _day(bounds, "startDate")
    recurrence = Recurrence(
        kind=cast("PatternType", kind),
        interval=_number(pattern, "interval"),
        range_kind=cast("RangeType", range_kind),
        start=start,
        end=_day(bounds, "endDate") if range_kind == "endDate" else None,
        count=_count(bounds) if range_kind == "numbered" else 0,
        days=[str(one) for one in cast("list[object]", pattern.get("daysOfWeek") or [])],
        first_day=str(pattern.get("firstDayOfWeek") or "sunday"),
        day_of_month=_number(pattern, "dayOfMonth") if pattern.get("dayOfMonth") else 0,
        month=_number(pattern, "month") if pattern.get("month") else 0,
        index=cast("WeekIndex", pattern.get("index") or "first"),
        zone=_zone(str(bounds.get("recurrenceTimeZone") or zone_name)),
    )
    _check_range(recurrence)
    return recurrence


def recurrence_view(recurrence: Recurrence) -> JsonObject:
    """Return a recurrence as the service shows it, its gaps filled."""
    return {
        "pattern": {
            "type": recurrence.kind,
            "interval": recurrence.interval,
            "month": recurrence.month,
            "dayOfMonth": recurrence.day_of_month,
            **({"daysOfWeek": list(recurrence.days)} if recurrence.days else {}),
            "firstDayOfWeek": recurrence.first_day,
            "index": recurrence.index,
        },
        "range": {
            "type": recurrence.range_kind,
            "startDate": recurrence.start.isoformat(),
            "endDate": recurrence.end.isoformat() if recurrence.end else _NO_DATE,
            "recurrenceTimeZone": recurrence.zone,
            "numberOfOccurrences": recurrence.count,
        },
    }


def _check_members(kind: str, pattern: JsonObject) -> None:
    needed, allowed = _NEEDS[kind], _MAY.get(kind, frozenset())
    for name, filler in _FILLERS.items():
        value = pattern.get(name)
        if name in needed and not value:
            raise _wrong(f"The recurrence pattern '{kind}' needs '{name}'.")
        if name not in needed | allowed and value is not None and value != filler:
            raise _wrong(f"The recurrence pattern '{kind}' must not have '{name}'.")


def _check_range(recurrence: Recurrence) -> None:
    if recurrence.end is not None and recurrence.end >= _LATEST:
        text = "The end date of the recurrence is too big."
        raise bad_request(text, "ErrorRecurrenceEndDateTooBig")
    if (recurrence.end is not None and recurrence.end < recurrence.start) or (
        recurrence.first() is None
    ):
        text = "The recurrence pattern does not have any occurrence in its range."
        raise bad_request(text, "ErrorRecurrenceHasNoOccurrence")


def _number(given: JsonObject, name: str) -> int:
    value = given.get(name)
    if not isinstance(value, int) or not 1 <= value <= _NUMBERS[name]:
        raise _wrong(f"The member '{name}' of the recurrence pattern is out of its bounds.")
    return value


def _count(given: JsonObject) -> int:
    value = given.get("numberOfOccurrences")
    if not isinstance(value, int) or not 1 <= value <= _MOST:
        raise _wrong(f"A numbered range needs between 1 and {_MOST} occurrences.")
    return value


def _day(given: JsonObject, name: str) -> date:
    try:
        day = date.fromisoformat(str(given.get(name) or ""))
    except ValueError:
        raise _wrong(f"The range of the recurrence needs '{name}' as a date.") from None
    if not 1602 <= day.year <= 4500:  # noqa: PLR2004 -- Exchange's calendar
        raise _wrong(f"The member '{name}' of the range is outside the calendar.")
    return day


def _zone(name: str) -> str:
    try:
        zone(name)
    except UnknownTimeZoneError:
        raise unknown_zone(name) from None
    return name


def _wrong(text: str) -> GraphError:
    return bad_request(text, "ErrorPropertyValidationFailure")
