"""Reads the cells of one row as what they stand for, noting every problem on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from classbell.domain.courses.importing.row_problems import shown
from classbell.domain.courses.importing.table import Columns, Row, Table
from classbell.domain.courses.times import Moment, moment_of, zone_of
from classbell.domain.organisations.addresses import checked_address
from classbell.ports.errors import InvalidInput

FORMULA = "=+-@\t\r"
"""What makes a spreadsheet program run a cell (OWASP, «CSV Injection»)."""

_FULL_WIDTH_FORMULA = "\uff1d\uff0b\uff0d\uff20"
"""The same signs as East Asian keyboards write them, which some programs run as well."""

_WALL_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?", re.ASCII)
_WITH_OFFSET = re.compile(r".*(Z|[+-]\d{2}:?\d{2})", re.ASCII)
_YES_NO: Mapping[str, bool] = {
    "yes": True,
    "true": True,
    "1": True,
    "no": False,
    "false": False,
    "0": False,
    "": False,
}
_MOST_SEATS = 100_000
_NUMBER_LENGTH = 10


class CellReader:
    """Reads one row; ``good`` tells afterwards whether all of it could be used."""

    def __init__(self, table: Table, row: Row, columns: Columns) -> None:
        self.table = table
        self.row = row
        self.columns = columns
        self.notes: list[str] = []
        self.good = not table.missing

    def problem(
        self, column: str, what: str, *, value: str | None = None, expected: str = ""
    ) -> None:
        """Note that a cell cannot be used, and why."""
        self.good = False
        text = self.row.cells.get(column, "") if value is None else value
        wanted = expected or self.columns[column].expected
        self.table.problem(self.row.line, column, text, what, wanted)

    def text(self, column: str) -> str:
        """Return a cell without surrounding blanks; a faulty one reads as empty."""
        raw = self.row.cells.get(column)
        if raw is None:
            return ""
        what = _fault(raw)
        text = raw.strip()
        limits = self.columns[column]
        if not what and len(text) > limits.longest:
            what = f"It has {len(text)} characters, and {limits.longest} is the most."
        if not what and not text and limits.needed:
            what = "The cell is empty."
        if what:
            self.problem(column, what)
            return ""
        return text

    def address(self, column: str) -> str:
        """Return an e-mail address, or the empty text."""
        text = self.text(column)
        return self._address(column, text) if text else ""

    def addresses(self, column: str) -> tuple[str, ...]:
        """Return several addresses that are separated by semicolons, each once."""
        parts = [part.strip() for part in self.text(column).split(";")]
        found = [self._address(column, part) for part in parts if part]
        return tuple(dict.fromkeys(address.casefold() for address in found if address))

    def number(self, column: str) -> int | None:
        """Return a whole number of 1 or more, or None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        plain = text.isascii() and text.isdigit() and len(text) < _NUMBER_LENGTH
        if not plain or not 1 <= int(text) <= _MOST_SEATS:
            self.problem(column, f"«{shown(text)}» is not such a number.")
            return None
        return int(text)

    def yes_no(self, column: str) -> bool:
        """Return a yes or no; an empty cell is no."""
        text = self.text(column).lower()
        if text not in _YES_NO:
            self.problem(column, f"«{shown(text)}» is neither yes nor no.")
        return _YES_NO.get(text, False)

    def object_id(self, column: str) -> UUID | None:
        """Return an object id, or None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        try:
            return UUID(text)
        except ValueError:
            self.problem(column, f"«{shown(text)}» is not an object id.")
            return None

    def zone(self, column: str) -> str:
        """Return the name of a time zone, or the empty text."""
        text = self.text(column)
        if not text:
            return ""
        try:
            zone_of(text)
        except InvalidInput as error:
            self.problem(column, f"«{shown(text)}» is not the name of a time zone. {error.remedy}")
            return ""
        return text

    def moment(self, column: str, zone: str) -> datetime | None:
        """Return a wall time of a zone as UTC; None where empty, or where the zone is unknown."""
        text = self.text(column)
        wall = self._wall(column, text) if text else None
        if wall is None or not zone:
            return None
        try:
            moment: Moment = moment_of(wall, zone)
        except InvalidInput as error:
            self.problem(column, f"{error.what} {error.remedy}")
            return None
        if moment.note:
            self.notes.append(moment.note)
        return moment.utc

    def _wall(self, column: str, text: str) -> datetime | None:
        """Read a local time; one with an offset is refused, because the zone has its column."""
        match = _WALL_TIME.fullmatch(text)
        if match is None and _WITH_OFFSET.fullmatch(text):
            self.problem(column, f"«{shown(text)}» has an offset from UTC; the zone says it.")
            return None
        if match is not None:
            with suppress(ValueError):
                return datetime.fromisoformat(text)
        self.problem(column, f"«{shown(text)}» is not a date and time.")
        return None

    def _address(self, column: str, text: str) -> str:
        """Return one checked address, or the empty text."""
        try:
            return checked_address(text)
        except InvalidInput:
            self.problem(column, f"«{shown(text)}» is not an e-mail address.", value=text)
            return ""


def begins_like_a_formula(text: str) -> bool:
    """Say whether a spreadsheet program would run a text rather than show it."""
    begin = text.lstrip(" \u00a0")[:1]
    return bool(begin) and begin in FORMULA + _FULL_WIDTH_FORMULA


def _fault(raw: str) -> str:
    """Return what is wrong with the raw text of a cell, or nothing."""
    if any("\udc80" <= letter <= "\udcff" for letter in raw):
        guess = raw.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
        return (
            "The text is not UTF-8; read as Windows-1252 it would be "
            f"«{shown(guess.strip())}». Save the file as CSV UTF-8."
        )
    if begins_like_a_formula(raw):
        return f"«{shown(raw.strip(' '))}» begins like a formula, which spreadsheets would run."
    if any(not letter.isprintable() and letter not in "\n\r\t\u00a0\u202f\u2009" for letter in raw):
        return f"«{shown(raw)}» contains a control character."
    return ""
