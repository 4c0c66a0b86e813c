"""What is wrong with a row of an import: where it stands, what is there, what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classbell.ports.errors import InvalidInput

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in one place.

    Attributes:
        file: name of the file.
        line: line on which the row begins, counted from 1 with the header.
        column: name of the column; empty where the row or the file as a whole is meant.
        value: what stands there, made safe to show.
        what: what is wrong with it, one sentence.
        expected: what is expected instead.
    """

    file: str
    line: int
    column: str
    value: str
    what: str
    expected: str

    def __str__(self) -> str:
        """Write it as one line for a terminal or a list."""
        place = f"{self.file}, line {self.line}"
        if self.column:
            place += f", column {self.column}"
        text = f"{place}: {self.what}"
        return f"{text} Expected: {self.expected}." if self.expected else text


class ImportRefused(InvalidInput):
    """The files have problems, and only an import without any was asked for.

    Attributes:
        problems: all of them, in the order of the files.
    """

    default_code = "import_refused"

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
        super().__init__(
            f"The files have {count}.",
            meaning="Nothing was imported.",
            remedy="Correct the rows named, or import only the good ones (--partial).",
        )
        self.problems = tuple(problems)


def shown(value: str) -> str:
    """Make a cell safe to show: control characters and broken bytes escaped, cut when long."""
    cut = value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 1] + "…"
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in cut)


def _escaped(letter: str) -> str:
    """Escape one character; a byte that could not be decoded is written as that byte."""
    number = ord(letter)
    if 0xDC80 <= number <= 0xDCFF:  # noqa: PLR2004 -- where surrogateescape keeps such bytes
        return f"\\x{number - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode("ascii")
