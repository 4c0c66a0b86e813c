"""The rows of courses.csv: one session each, with its course's columns repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from classbell.domain.courses.importing.cells import CellReader
from classbell.domain.courses.importing.table import Column, Row, Table, read_table
from classbell.domain.courses.session_details import SessionValues

_WALL = "a local date and time such as 2026-12-01T09:00"

COURSE_COLUMNS = {
    "course_code": Column(
        "the course's short name, at most 60 characters", needed=True, longest=60
    ),
    "course_title": Column("the course's title, at most 200 characters", needed=True, longest=200),
    "course_description": Column("plain text"),
    "session_code": Column(
        "the session's short name, at most 60 characters", needed=True, longest=60
    ),
    "session_title": Column(
        "the session's title, at most 200 characters", needed=True, longest=200
    ),
    "start": Column(_WALL, needed=True),
    "end": Column(f"{_WALL}, later than start", needed=True),
    "time_zone": Column("an IANA time zone such as Europe/Copenhagen", needed=True),
    "seats": Column("a whole number of 1 or more, or nothing for no limit"),
    "enrolment_deadline": Column(f"{_WALL}, not after end, or nothing"),
    "room": Column("the e-mail address of a room, or nothing"),
    "place": Column("plain text, at most 200 characters, or nothing", longest=200),
    "teams": Column("yes or no"),
    "instructors": Column("e-mail addresses separated by semicolons, or nothing"),
    "description": Column("plain text"),
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A good row of courses.csv. ``instructors`` are addresses in lower case."""

    line: int
    course_code: str
    course_title: str
    course_description: str
    session_code: str
    values: SessionValues
    instructors: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class CourseFile:
    """What courses.csv holds.

    Attributes:
        table: the file, with its problems.
        rows: the good rows.
        bad_codes: session codes of rows with problems, with their lines, so that enrolments in
            them are reported as following from it and not as errors of their own.
        codes_unreadable: whether not all of the codes themselves could be read.
    """

    table: Table
    rows: list[SessionRow] = field(default_factory=list)
    bad_codes: dict[str, int] = field(default_factory=dict)
    codes_unreadable: bool = False


def read_course_rows(name: str, content: bytes) -> CourseFile:
    """Read courses.csv; everything that can be judged without the database is judged here."""
    table = read_table(name, content, COURSE_COLUMNS)
    file = CourseFile(table)
    file.codes_unreadable = table.torn or not table.rows or "session_code" in table.missing
    file.bad_codes.update(table.shifted)
    titles: dict[str, tuple[str, str, int]] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        cells = CellReader(table, row, COURSE_COLUMNS)
        parsed = _parsed(cells, row, titles)
        code = row.cells.get("session_code", "").strip()
        if code and code in lines:
            cells.problem(
                "session_code",
                f"The session «{code}» stands in line {lines[code]} already.",
                expected="each session in one row",
            )
            continue
        lines[code] = row.line
        if cells.good and parsed is not None:
            file.rows.append(parsed)
            file.bad_codes.pop(code, None)
        elif code:
            file.bad_codes[code] = row.line
    return file


def _parsed(
    cells: CellReader, row: Row, titles: dict[str, tuple[str, str, int]]
) -> SessionRow | None:
    """Read one row; None where something needed could not be read."""
    zone = cells.zone("time_zone")
    course_code = cells.text("course_code")
    title, description = _course(cells, row, course_code, titles)
    session_code, session_title = cells.text("session_code"), cells.text("session_title")
    starts_at, ends_at = cells.moment("start", zone), cells.moment("end", zone)
    deadline = cells.moment("enrolment_deadline", zone)
    instructors, seats = cells.addresses("instructors"), cells.number("seats")
    room, place = cells.address("room").casefold(), cells.text("place")
    teams, text = cells.yes_no("teams"), cells.text("description")
    _compare(cells, starts_at, ends_at, deadline)
    if room and place:
        cells.problem(
            "place",
            "The session has a room and a place in words.",
            expected="a room or a place, not both",
        )
    if starts_at is None or ends_at is None or not cells.good:
        return None
    values = SessionValues(
        title=session_title,
        description=text,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=zone,
        seats=seats,
        enrolment_deadline=deadline,
        room_address=room,
        place=place,
        teams_meeting=teams,
    )
    notes = tuple(dict.fromkeys(cells.notes))
    return SessionRow(
        row.line, course_code, title, description, session_code, values, instructors, notes
    )


def _compare(
    cells: CellReader,
    starts_at: datetime | None,
    ends_at: datetime | None,
    deadline: datetime | None,
) -> None:
    """Judge the order of a session's moments."""
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        cells.problem("end", "The session ends before it starts.")
    elif ends_at is not None and deadline is not None and deadline > ends_at:
        cells.problem("enrolment_deadline", "The deadline lies after the end of the session.")


def _course(
    cells: CellReader, row: Row, code: str, titles: dict[str, tuple[str, str, int]]
) -> tuple[str, str]:
    """Read the course's columns, which must say the same in every row of the course."""
    title, description = cells.text("course_title"), cells.text("course_description")
    if not code or not title:
        return title, description
    first_title, first_description, line = titles.setdefault(code, (title, description, row.line))
    if title != first_title:
        cells.problem(
            "course_title",
            f"The course «{code}» is called «{first_title}» in line {line}.",
            expected="the same title in every row of a course",
        )
    if description and description != first_description:
        cells.problem(
            "course_description",
            f"The course «{code}» has another description in line {line}.",
            expected="the same description in every row of a course, or nothing in later rows",
        )
    return first_title, first_description
