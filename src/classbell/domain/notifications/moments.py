"""Dates and times as the readers of a notification write them themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format, get_timezone_name

from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.words import word

PLAIN_ENGLISH = Locale("en", "GB")
"""For readers of whom no region is known: 24 hours, and no doubt which number is the month."""


def locale_for(language: str) -> Locale:
    """Return the Babel locale of a language tag; English where it is unknown."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return PLAIN_ENGLISH
    return PLAIN_ENGLISH if str(locale) == "en" else locale


def long_time(moment: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Write a moment with weekday, date and time in a zone, such as «lundi 2 mars 2026, 09:05»."""
    there = moment.astimezone(zone)
    return _joined(
        format_date(there, "full", locale=locale), clock_time(there, zone, locale), locale
    )


def clock_time(moment: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Write the time of day in a zone."""
    return str(format_time(moment, "short", tzinfo=zone, locale=locale))


def end_time(start: datetime, end: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Write the end of a span: only the time where it is the same day."""
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        return clock_time(end, zone, locale)
    return long_time(end, zone, locale)


def span(start: datetime, end: datetime, zone: ZoneInfo, language: str) -> str:
    """Write from when to when, in a reader's language."""
    locale = locale_for(language)
    return word(
        "span",
        language,
        START=long_time(start, zone, locale),
        END=end_time(start, end, zone, locale),
    )


def zone_name(moment: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return what a zone is called at a moment, such as «Central European Standard Time»."""
    return str(get_timezone_name(moment.astimezone(zone), locale=locale))


def moment(at: datetime, reader: Reader) -> str:
    """Write when something of the service happened: in UTC, as logs and pages of Microsoft do."""
    locale = locale_for(reader.language)
    there = at.astimezone(UTC)
    date = format_date(there, "medium", locale=locale)
    return f"{_joined(date, format_time(there, 'short', locale=locale), locale)} UTC"


def _joined(date: str, time: str, locale: Locale) -> str:
    """Put date and time together as the language does."""
    pattern = str(get_datetime_format("medium", locale=locale))
    return pattern.replace("'", "").replace("{0}", time).replace("{1}", date)
