"""Moments in the reader's language and zone, by Babel's CLDR data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_location,
)

FALLBACK_LANGUAGE = "en"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Viewer:
    """How somebody reads moments.

    Attributes:
        locale: of numbers and dates.
        zone: of all times on the page except those that stand with their own zone.
        now: business time at which the page was made, aware UTC.
    """

    locale: Locale
    zone: ZoneInfo
    now: datetime


def viewer_for(languages: tuple[str, ...], zones: tuple[str, ...], now: datetime) -> Viewer:
    """Make a viewer from the first language and zone that exist.

    Args:
        languages: language tags by preference; empty ones are passed over.
        zones: IANA names by preference; empty ones are passed over.
        now: business time, aware UTC.
    """
    locale = next(filter(None, map(_locale, languages)), Locale(FALLBACK_LANGUAGE))
    zone = next(filter(None, map(_zone, zones)), ZoneInfo("UTC"))
    return Viewer(locale, zone, now)


def _locale(tag: str) -> Locale | None:
    """Return the locale of a language tag, or None where CLDR has none."""
    try:
        return Locale.parse(tag, sep="-") if tag else None
    except (UnknownLocaleError, ValueError):
        return None


def _zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, or None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def in_zone(viewer: Viewer, name: str) -> Viewer:
    """Return the same reader, reading in another zone: a session shows its own."""
    return Viewer(viewer.locale, _zone(name) or viewer.zone, viewer.now)


def full_text(viewer: Viewer, moment: datetime) -> str:
    """Return date, time and zone in full, for the title of a ``time`` element."""
    return format_datetime(moment, "full", tzinfo=viewer.zone, locale=viewer.locale)


def date_and_time(viewer: Viewer, moment: datetime) -> str:
    """Return date and time, such as «Dec 3, 2026, 10:00 AM»."""
    day = format_date(moment.astimezone(viewer.zone), "medium", locale=viewer.locale)
    return f"{day}, {_clock(viewer, moment)}"


def date_only(viewer: Viewer, moment: datetime) -> str:
    """Return the day, such as «Dec 3, 2026»."""
    return format_date(moment.astimezone(viewer.zone), "medium", locale=viewer.locale)


def relative(viewer: Viewer, moment: datetime) -> str:
    """Return «2 minutes ago» up to a day, and date and time beyond."""
    distance = moment - viewer.now
    if abs(distance) >= DAY:
        return date_and_time(viewer, moment)
    return format_timedelta(distance, add_direction=True, threshold=1.2, locale=viewer.locale)


def span(viewer: Viewer, length: timedelta) -> str:
    """Return how long something takes, such as «6 hours»; never less than a minute."""
    return format_timedelta(length, granularity="minute", threshold=1.2, locale=viewer.locale)


def period(viewer: Viewer, starts_at: datetime, ends_at: datetime) -> str:
    """Return a period with its weekday, such as «Thu, Dec 3, 2026, 10:00 AM – 12:30 PM»."""
    first = starts_at.astimezone(viewer.zone)
    last = ends_at.astimezone(viewer.zone)
    begin = f"{_weekday(viewer, first)}, {_clock(viewer, starts_at)}"
    if first.date() == last.date():
        return f"{begin} – {_clock(viewer, ends_at)}"
    return f"{begin} – {_weekday(viewer, last)}, {_clock(viewer, ends_at)}"


def clock(viewer: Viewer, moment: datetime) -> str:
    """Return the time of day, such as «10:00 AM»."""
    return _clock(viewer, moment)


def weekday(viewer: Viewer, moment: datetime) -> str:
    """Return weekday and date, such as «Thu, Dec 3, 2026»."""
    return _weekday(viewer, moment.astimezone(viewer.zone))


def month(viewer: Viewer, moment: datetime) -> str:
    """Return month and year, such as «December 2026»."""
    return format_skeleton("yMMMM", moment.astimezone(viewer.zone), locale=viewer.locale)


def zone_text(viewer: Viewer, at: datetime | None = None) -> str:
    """Return the zone's place and offset, such as «Copenhagen (UTC+1)», as it is at a moment."""
    offset = (at or viewer.now).astimezone(viewer.zone).utcoffset() or timedelta()
    if viewer.zone.key == "UTC":
        return "UTC"
    sign = "+" if offset >= timedelta() else "-"  # the ASCII sign, as people type it
    minutes = abs(int(offset.total_seconds())) // 60
    amount = f"{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")
    place = get_timezone_location(viewer.zone, locale=viewer.locale, return_city=True)
    return f"{place} (UTC{sign}{amount})"


def _clock(viewer: Viewer, moment: datetime) -> str:
    """Return the time of day without seconds."""
    return format_time(moment, "short", tzinfo=viewer.zone, locale=viewer.locale)


def _weekday(viewer: Viewer, day: datetime) -> str:
    """Return weekday and date in short, in the order of the language."""
    return format_skeleton("yMMMEd", day, locale=viewer.locale)
