"""Reads the Retry-After header in all the forms services send it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(days=1)
"""A longer request is taken for a mistake and cut, so that one bad header stops nobody for good."""


def moment_to_retry(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Tell when the service wants to be asked again.

    Seconds may be a decimal number, as Graph sends them («2.128»):
    https://learn.microsoft.com/en-us/graph/throttling . A date is read against the answer's own
    Date header, because the service's clock need not be ours; without one, against ``now``.

    Args:
        headers: the answer's headers, names in lower case.
        now: business time, aware UTC.

    Returns:
        A moment in business time not before ``now``, or None without a usable header.
    """
    wait = _wait(headers.get("retry-after", "").strip(), headers.get("date", ""), now)
    if wait is None:
        return None
    return now + min(max(wait, timedelta(0)), LONGEST_WAIT)


def _wait(value: str, date_header: str, now: datetime) -> timedelta | None:
    """Turn the header's value into a time span, or None if it is no number and no date."""
    try:
        seconds = float(value)
    except ValueError:
        at = _http_date(value)
        return None if at is None else at - (_http_date(date_header) or now)
    # «nan» and «inf» are floats to Python; neither is a time to wait.
    return timedelta(seconds=seconds) if abs(seconds) < LONGEST_WAIT.total_seconds() else None


def _http_date(value: str) -> datetime | None:
    """Read an HTTP date as aware UTC."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
