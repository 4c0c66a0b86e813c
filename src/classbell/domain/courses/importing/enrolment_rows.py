"""The rows of enrolments.csv: one learner in one session each."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from classbell.domain.courses.importing.cells import CellReader
from classbell.domain.courses.importing.table import Column, Row, Table, read_table
from classbell.domain.organisations.addresses import address_key

ENROLMENT_COLUMNS = {
    "session_code": Column(
        "the code of a session in the courses file or in the catalog", needed=True, longest=60
    ),
    "address": Column("an e-mail address such as ana@contoso.example", needed=True, longest=254),
    "name": Column("the person's name, at most 200 characters", needed=True, longest=200),
    "object_id": Column(
        "the person's Microsoft Entra object id, such as "
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301, or nothing"
    ),
}


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """A good row of enrolments.csv. ``key`` is the address without regard to case."""

    line: int
    session_code: str
    address: str
    key: str
    name: str
    object_id: UUID | None


@dataclass(slots=True)
class EnrolmentFile:
    """What enrolments.csv holds: the file with its problems, and the good rows."""

    table: Table
    rows: list[EnrolmentRow] = field(default_factory=list)


@dataclass(slots=True)
class _Seen:
    """What earlier rows said, to find contradictions between rows."""

    enrolments: dict[tuple[str, str], int] = field(default_factory=dict)
    ids_of: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    address_of: dict[UUID, tuple[str, int]] = field(default_factory=dict)


def read_enrolment_rows(name: str, content: bytes) -> EnrolmentFile:
    """Read enrolments.csv; everything that can be judged without the database is judged here."""
    file = EnrolmentFile(read_table(name, content, ENROLMENT_COLUMNS))
    seen = _Seen()
    for row in file.table.rows:
        cells = CellReader(file.table, row, ENROLMENT_COLUMNS)
        parsed = _parsed(cells, row)
        if parsed.key:
            _judge(cells, parsed, seen)
        if cells.good:
            file.rows.append(parsed)
    return file


def _parsed(cells: CellReader, row: Row) -> EnrolmentRow:
    """Read one row."""
    code = cells.text("session_code")
    address = cells.address("address")
    return EnrolmentRow(
        row.line,
        code,
        address,
        address_key(address),
        cells.text("name"),
        cells.object_id("object_id"),
    )


def _judge(cells: CellReader, row: EnrolmentRow, seen: _Seen) -> None:
    """Compare a row with those before it: each learner once, each object id with one address."""
    first = seen.enrolments.setdefault((row.session_code, row.key), row.line)
    if first != row.line and row.session_code:
        cells.problem(
            "address",
            f"{row.address} is enrolled in «{row.session_code}» in line {first} already.",
            expected="each learner once in a session",
        )
    if row.object_id is None:
        return
    known_id, line = seen.ids_of.setdefault(row.key, (row.object_id, row.line))
    if known_id != row.object_id:
        cells.problem("object_id", f"{row.address} has another object id in line {line}.")
    known_key, line = seen.address_of.setdefault(row.object_id, (row.key, row.line))
    if known_key != row.key:
        cells.problem("object_id", f"This object id belongs to {known_key} in line {line}.")
