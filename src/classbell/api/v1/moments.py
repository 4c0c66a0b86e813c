"""Moments as other programs write them: with an offset, and within reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, WithJsonSchema

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

WALL_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2}|Z)?$"

WallTime = Annotated[
    datetime,
    AfterValidator(_sensible),
    # No «date-time» as RFC 3339 means it: that would need an offset.
    WithJsonSchema({"type": "string", "pattern": WALL_TIME, "examples": ["2027-02-03T09:00"]}),
]
"""What clocks show in the zone beside it; a moment with an offset is taken as that moment."""
