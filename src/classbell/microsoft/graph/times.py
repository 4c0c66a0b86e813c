"""Reads and writes Graph's times. We send UTC and ask for UTC.

https://learn.microsoft.com/en-us/graph/api/resources/datetimetimezone
"""

from __future__ import annotations

from datetime import UTC, datetime

from classbell.microsoft.answers import JsonPart, NotUnderstood

NEVER = "0001-01-01"
"""How Graph writes «no time yet»."""


def write_time(moment: datetime) -> dict[str, str]:
    """Return an aware moment as Graph takes it."""
    return {
        "dateTime": moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        "timeZone": "UTC",
    }


def read_time(part: JsonPart) -> datetime:
    """Return a dateTimeTimeZone as aware UTC.

    Raises:
        NotUnderstood: it is missing, malformed or in another zone than the one asked for.
    """
    zone = part.text("timeZone")
    if zone.upper() not in {"UTC", "ETC/UTC", "ETC/GMT"}:
        raise NotUnderstood(f"a time came in the zone «{zone}»")
    return _read(part.text("dateTime"))


def read_instant(text: str) -> datetime | None:
    """Return an ISO 8601 instant as aware UTC, or None where Graph writes «never»."""
    return None if not text or text.startswith(NEVER) else _read(text)


def _read(text: str) -> datetime:
    """Read an ISO 8601 text; Graph writes seven decimals, of which Python keeps six."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotUnderstood(f"«{text}» is no time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
