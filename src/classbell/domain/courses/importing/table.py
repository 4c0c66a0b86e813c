"""Reads the bytes of a CSV file into rows with line numbers; every fault becomes a problem."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field

from classbell.domain.courses.importing.row_problems import RowProblem, shown

DELIMITERS = (",", ";")
_OTHER_UNICODE = (
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: what is expected in it, and whether it may be missing or empty."""

    expected: str
    _: KW_ONLY
    needed: bool = False
    longest: int = 10_000


Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: where it begins, and its cells as they stand, by column name."""

    file: str
    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Table:
    """The rows of a file and what is wrong with the file itself.

    Attributes:
        name: of the file.
        rows: all rows that are not blank.
        missing: needed columns that the file lacks; then no row can be used.
        torn: whether somewhere quotes are so wrong that whole rows may have been swallowed.
        shifted: cells of rows that have too many, with their lines; nobody knows what they mean.
    """

    name: str
    rows: list[Row] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    torn: bool = False
    shifted: dict[str, int] = field(default_factory=dict)

    def problem(self, line: int, column: str, value: str, what: str, expected: str) -> None:
        """Note a problem."""
        self.problems.append(RowProblem(self.name, line, column, shown(value), what, expected))


def read_table(name: str, content: bytes, columns: Columns) -> Table:
    """Read a file.

    UTF-8 with or without a byte order mark; comma or semicolon, found out from the header; quotes
    and line breaks inside quotes as RFC 4180 has them. Never raises for anything in the file.

    Args:
        name: for the problems.
        content: the bytes.
        columns: what the file may have.
    """
    table = Table(name)
    if content.startswith(_OTHER_UNICODE) or b"\0" in content[:1000]:
        table.problem(
            1, "", "", "The file is not UTF-8, but probably UTF-16.", "a file saved as CSV UTF-8"
        )
        return table
    # Bytes that are not UTF-8 are kept as lone surrogates, so that each faulty cell can be named.
    text = content.decode("utf-8-sig", errors="surrogateescape")
    records = _records(table, text, _delimiter(text))
    header = next(records, None)
    if header is None:
        table.problem(1, "", "", "The file is empty.", f"a header: {', '.join(columns)}")
        return table
    names = _header(table, header, columns)
    for line, cells in records:
        _add_row(table, line, cells, names)
    return table


def _delimiter(text: str) -> str:
    """Choose the delimiter that the header has more of."""
    header = text.lstrip("\r\n").splitlines()[:1] or [""]
    return max(DELIMITERS, key=header[0].count)


def _records(table: Table, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Split into records, each with the line it begins on; faults of quoting become problems."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.problem(
                line,
                "",
                "",
                f"The cells cannot be told apart ({error}).",
                'quotes in pairs: a text with quotes, commas or line breaks stands in "…", '
                'and a quote inside it is doubled ("")',
            )
            table.torn = True
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header(table: Table, header: tuple[int, list[str]], columns: Columns) -> list[str]:
    """Understand the column names; an unknown one is replaced by an empty name."""
    line, cells = header
    names: list[str] = []
    for cell in cells:
        name = cell.strip().lower().replace(" ", "_").replace("-", "_")
        if name and name not in columns:
            _unknown_column(table, line, cell, columns)
            name = ""
        elif name and name in names:
            table.problem(
                line, name, cell, f"The column {name} stands here twice.", "each column once"
            )
        names.append(name)
    table.missing = frozenset(name for name, column in columns.items() if column.needed) - set(
        names
    )
    for name in columns:
        if name in table.missing:
            table.problem(
                line,
                name,
                "",
                f"The column {name} is missing.",
                columns[name].expected,
            )
    return names


def _unknown_column(table: Table, line: int, cell: str, columns: Columns) -> None:
    """Say that a column is unknown, and what was probably meant."""
    meant = difflib.get_close_matches(cell.strip().lower(), columns, n=1, cutoff=0.6)
    expected = meant[0] if meant else f"one of {', '.join(columns)}"
    if "\t" in cell:
        expected = "commas or semicolons between the columns, not tabs"
    table.problem(line, shown(cell), cell, f"There is no column «{shown(cell)}».", expected)


def _add_row(table: Table, line: int, cells: list[str], names: list[str]) -> None:
    """Take up one record; cells beyond the header make it unusable."""
    if any(cell.strip() for cell in cells[len(names) :]):
        table.problem(
            line,
            "",
            cells[len(names)],
            f"The row has {len(cells)} cells, and the header names {len(names)}.",
            'a text that contains the delimiter to stand in "quotes"',
        )
        table.shifted.update((cell.strip(), line) for cell in cells)
        return
    padded = cells + [""] * (len(names) - len(cells))
    found = {name: cell for name, cell in zip(names, padded, strict=False) if name}
    table.rows.append(Row(table.name, line, found))
