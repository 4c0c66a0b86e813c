"""Turns wall time and an IANA zone, as people write them, into UTC; and back."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from classbell.ports.errors import InvalidInput

FIRST_YEAR = 2000
LAST_YEAR = 2100
WRITTEN = "%Y-%m-%dT%H:%M"

# Names that the zone database offers for its own purposes; no calendar understands them.
_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})


class TimeDoesNotExist(InvalidInput):
    """A wall time that a change of the clocks skips.

    Attributes:
        earlier: the last whole minute before the gap, wall time.
        later: the first wall time after it.
    """

    default_code = "time_does_not_exist"

    def __init__(self, wall: datetime, zone: str, earlier: datetime, later: datetime) -> None:
        super().__init__(
            f"{wall:{WRITTEN}} does not exist in {zone}: clocks are put forward there from "
            f"{earlier:{WRITTEN}} straight to {later:{WRITTEN}}.",
            remedy=f"Use {earlier:{WRITTEN}} or earlier, or {later:{WRITTEN}} or later.",
        )
        self.earlier = earlier
        self.later = later


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time understood: the UTC moment, and a note where there was something to choose.

    ``note`` is empty except where clocks are put back and the wall time happens twice.
    """

    utc: datetime
    note: str = ""


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names that may be chosen."""
    return frozenset(
        name
        for name in available_timezones()
        if name not in _NOT_PLACES and not name.startswith(("right/", "posix/"))
    )


def similar_zones(name: str) -> tuple[str, ...]:
    """Return up to three IANA names that somebody who wrote ``name`` may have meant.

    A Windows name, such as «Romance Standard Time», is answered by Unicode's own table (CLDR,
    windowsZones); a city by the zones called after it; anything else by likeness.
    """
    wanted = name.strip()
    by_windows = get_global("windows_zone_mapping").get(wanted)
    if by_windows:
        return (by_windows,)
    folded = wanted.casefold().replace(" ", "_")
    exact = sorted(zone for zone in zone_names() if zone.casefold() == folded)
    by_city = sorted(zone for zone in zone_names() if zone.casefold().endswith("/" + folded))
    if exact or by_city:
        return tuple((exact or by_city)[:3])
    # Only the city is compared: «Europe/» alone would make strangers look alike.
    cities: dict[str, str] = {}
    for zone in sorted(zone_names()):
        cities.setdefault(zone.rpartition("/")[2].casefold(), zone)
    close = difflib.get_close_matches(folded.rpartition("/")[2], cities, n=3, cutoff=0.75)
    return tuple(cities[match] for match in close)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone called ``name``.

    Raises:
        InvalidInput: there is none; names what was probably meant.
    """
    if name in zone_names():
        return ZoneInfo(name)
    meant = similar_zones(name)
    remedy = "Use a name such as Europe/Copenhagen (IANA time zone database)."
    if meant:
        remedy = f"Did you mean {' or '.join(meant)}?"
    raise InvalidInput(
        f"«{name}» is not the name of a time zone.", field="time_zone", remedy=remedy
    )


def moment_of(wall: datetime, zone_name: str) -> Moment:
    """Turn a wall time into UTC.

    A wall time that happens twice, because clocks are put back, means its first occurrence, or its
    second where its ``fold`` is 1, and the note says so.

    Args:
        wall: naive date and time, as a clock on the wall of that place shows it.
        zone_name: IANA name.

    Raises:
        TimeDoesNotExist: clocks are put forward over it.
        InvalidInput: unknown zone, or a year that nobody can mean.
    """
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise InvalidInput(
            f"The year {wall.year} cannot be meant.",
            remedy=f"Use a year from {FIRST_YEAR} to {LAST_YEAR}.",
        )
    zone = zone_of(zone_name)
    first = wall.replace(tzinfo=zone, fold=0)
    second = wall.replace(tzinfo=zone, fold=1)
    utc = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return Moment(utc)
    if utc.astimezone(zone).replace(tzinfo=None) != wall:
        raise _gap(wall, zone_name, second.astimezone(UTC), utc)
    again = second.astimezone(UTC)
    meant, other = (again, utc) if wall.fold else (utc, again)
    return Moment(
        meant,
        f"{wall:{WRITTEN}} happens twice in {zone_name}, because clocks are put back; the second "
        f"is meant ({meant:%H:%M} UTC, not {other:%H:%M} UTC)."
        if wall.fold
        else f"{wall:{WRITTEN}} happens twice in {zone_name}, because clocks are put back; the "
        f"first is meant ({meant:%H:%M} UTC, not {other:%H:%M} UTC).",
    )


def wall_time(moment: datetime, zone_name: str) -> datetime:
    """Return what a clock on the wall shows at an aware moment, as a naive time.

    Its ``fold`` tells the second occurrence from the first, so ``moment_of`` leads back.
    """
    return moment.astimezone(zone_of(zone_name)).replace(tzinfo=None)


def _gap(wall: datetime, zone_name: str, before: datetime, after: datetime) -> TimeDoesNotExist:
    """Find the change of the clocks between two UTC moments, to the second, by halving."""
    zone = zone_of(zone_name)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    change = after.replace(microsecond=0)
    return TimeDoesNotExist(
        wall,
        zone_name,
        wall_time(change - timedelta(minutes=1), zone_name),
        wall_time(change, zone_name),
    )
