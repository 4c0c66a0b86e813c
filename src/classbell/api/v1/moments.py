"""Moments as other programs write them: with an offset, and within reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST, LATEST = 1970, 2200
"""Years; clocks and zones mean nothing beyond."""


def _sensible(moment: datetime) -> datetime:
    if not EARLIEST < moment.year < LATEST:
        message = f"The year must lie between {EARLIEST} and {LATEST}."
        raise ValueError(message)
    return moment


def _in_utc(moment: datetime) -> datetime:
    return _sensible(moment).astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its offset from UTC; kept in UTC."""

WallTime = Annotated[datetime, AfterValidator(_sensible)]
"""What clocks show in the zone beside it; a moment with an offset is taken as that moment."""
