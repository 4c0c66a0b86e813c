"""Time zones by their Windows and IANA names, and the two-part times of Graph's events."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?"
)
# The calendar of Exchange begins and ends here.
YEARS: Final = range(1602, 4500)
_UTC_NAMES: Final = frozenset({"utc", "tzone://microsoft/utc", "etc/utc", "gmt", "etc/gmt"})


# CLDR's Windows zone of places that are not the main place of any: those people here live in.
# https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml
_GROUPED: Final = {
    "America/Toronto": "Eastern Standard Time",
    "Asia/Ho_Chi_Minh": "SE Asia Standard Time",
    "Europe/Copenhagen": "Romance Standard Time",
    "Europe/Dublin": "GMT Standard Time",
    "Europe/Lisbon": "GMT Standard Time",
    "Europe/Madrid": "Romance Standard Time",
    "Europe/Prague": "Central Europe Standard Time",
    "Europe/Rome": "W. Europe Standard Time",
    "Europe/Stockholm": "W. Europe Standard Time",
    "Europe/Zagreb": "Central European Standard Time",
}


class UnknownTimeZoneError(ValueError):
    """A time zone name is neither a Windows nor an IANA name."""


class MalformedTimeError(ValueError):
    """A text is not a date and time in ISO 8601."""


@lru_cache(maxsize=1)
def _windows_zones() -> dict[str, str]:
    """Return CLDR's main IANA zone of every Windows zone, by the name in lower case."""
    return {name.lower(): iana for name, iana in get_global("windows_zone_mapping").items()}


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """Return the zone with a Windows or IANA name, in any capitalisation for Windows names.

    Raises:
        UnknownTimeZoneError: No such zone.
    """
    lowered = name.strip().lower()
    if lowered in _UTC_NAMES:
        return UTC
    try:
        return ZoneInfo(_windows_zones().get(lowered, name.strip()))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimeZoneError(name) from error


@lru_cache(maxsize=1)
def _names_in_windows() -> dict[str, str]:
    """Return the Windows name of every IANA zone that has one."""
    main = {iana: name for name, iana in get_global("windows_zone_mapping").items()}
    return main | _GROUPED


def windows_name(name: str) -> str:
    """Return the Windows name of an IANA zone, with which Exchange answers; other names stay."""
    return _names_in_windows().get(name, name)


def parse_wall_time(text: str) -> tuple[datetime, bool]:
    """Return the time in ``text`` and whether it carries its own offset.

    Raises:
        MalformedTimeError: The text is no ISO 8601 date and time.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise MalformedTimeError(text)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            microsecond,
            tzinfo=UTC,
        )
        if offset and offset != "Z":
            hours, minutes = offset[1:].split(":")
            shift = timedelta(hours=int(hours), minutes=int(minutes))
            moment += -shift if offset[0] == "+" else shift
    except (ValueError, OverflowError) as error:
        raise MalformedTimeError(text) from error
    return moment, offset is not None


def to_utc(text: str, zone_name: str | None) -> datetime:
    """Return a wall time in a zone as UTC; a time with its own offset keeps it; no zone is UTC.

    Raises:
        MalformedTimeError: The text is no ISO 8601 date and time, or far outside all calendars.
        UnknownTimeZoneError: No such zone.
    """
    moment, absolute = parse_wall_time(text)
    place = zone(zone_name or "UTC")
    if moment.year not in YEARS:
        raise MalformedTimeError(text)
    return moment if absolute else moment.replace(tzinfo=place).astimezone(UTC)


def wall_text(moment: datetime, zone_name: str) -> str:
    """Return a moment as the wall time of a zone, with Graph's seven decimals and no offset."""
    return moment.astimezone(zone(zone_name)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def instant_text(moment: datetime) -> str:
    """Return a moment as an Edm.DateTimeOffset in UTC, with seven decimals."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
