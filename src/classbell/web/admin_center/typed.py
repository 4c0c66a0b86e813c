"""Numbers and times as they are typed into a form, and as they are written into one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from classbell.domain.courses.times import WRITTEN, moment_of, wall_time
from classbell.ports.errors import InvalidInput
from classbell.web.translated import translated


def place_error(error: InvalidInput, fields: Collection[str]) -> tuple[str, str]:
    """Return beside which field of a form an error stands, and its words.

    The empty field is the form as a whole, for what none of its own fields can mend.
    """
    words = " ".join(filter(None, map(translated, (error.what, error.meaning, error.remedy))))
    return (error.field if error.field in fields else ""), words


def seats_typed(texts: Mapping[str, str]) -> int | None:
    """Read the number of seats; nothing means no limit.

    Raises:
        InvalidInput: it is no number.
    """
    seats = texts["seats"]
    if not seats:
        return None
    if not seats.isascii() or not seats.isdigit():
        raise InvalidInput(
            _("This is no number."), field="seats", remedy=_("Leave it empty for no limit.")
        )
    return int(seats[:9])


def wall_typed(texts: Mapping[str, str], name: str) -> datetime:
    """Read a wall time as a browser writes it.

    Raises:
        InvalidInput: it is none.
    """
    try:
        wall = datetime.fromisoformat(texts[name])
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        raise InvalidInput(
            _("This is no date and time."), field=name, remedy=_("Write it like 2027-03-01T09:00.")
        )
    return wall


def moment_typed(texts: Mapping[str, str], name: str, zone: str) -> datetime | None:
    """Read a wall time of a zone as a moment in UTC; nothing is None.

    Raises:
        InvalidInput: it is no time, or one that does not exist in the zone.
    """
    if not texts[name]:
        return None
    wall = wall_typed(texts, name)
    try:
        return moment_of(wall, zone).utc
    except InvalidInput as error:
        error.field = error.field or name
        raise


def moment_written(moment: datetime | None, zone: str) -> str:
    """Write a moment as a form holds it, in the wall time of a zone; None is nothing."""
    return f"{wall_time(moment, zone):{WRITTEN}}" if moment else ""
