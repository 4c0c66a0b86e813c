"""Compares the rows of courses.csv with what the catalog holds."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from classbell.domain.courses.importing.course_rows import CourseFile, SessionRow
from classbell.domain.courses.importing.known import Known
from classbell.domain.courses.importing.planned import Change, PlannedCourse, PlannedSession
from classbell.domain.courses.importing.row_problems import RowProblem, shown

BOOKING_WINDOW = timedelta(days=180)
"""How far ahead a room takes bookings unless its owner set it otherwise (Microsoft,
«Set-CalendarProcessing», BookingWindowInDays)."""


@dataclass(slots=True)
class JudgedSessions:
    """What became of the rows of courses.csv."""

    courses: list[PlannedCourse] = field(default_factory=list)
    sessions: list[PlannedSession] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)
    bad_codes: dict[str, int] = field(default_factory=dict)


def judge_sessions(file: CourseFile, known: Known) -> JudgedSessions:
    """Judge every good row of courses.csv against the catalog."""
    judged = JudgedSessions(bad_codes=dict(file.bad_codes))
    for row in file.rows:
        problems = _problems(file.table.name, row, known)
        if problems:
            judged.problems += problems
            judged.bad_codes[row.session_code] = row.line
            continue
        planned = _planned(row, known)
        judged.sessions.append(planned)
        judged.warnings += _warnings(file.table.name, planned, known)
    judged.courses = _courses(judged.sessions, known)
    judged.warnings += _double_bookings(file.table.name, judged.sessions, known)
    judged.warnings.sort(key=lambda warning: warning.line)
    return judged


def _planned(row: SessionRow, known: Known) -> PlannedSession:
    """Say what would become of a good row."""
    stored = known.sessions.get(row.session_code)
    if stored is None:
        return PlannedSession(row, Change.NEW)
    # Whether it is published is decided in Classbell; the file has no column for it.
    kept = replace(row, values=replace(row.values, published=stored.published))
    if stored.cancelled_at is not None:
        return PlannedSession(kept, Change.LEFT_ALONE)
    same_people = known.teaching[stored.pk] == frozenset(row.instructors)
    if same_people and not kept.values.differences(stored):
        return PlannedSession(kept, Change.UNCHANGED)
    return PlannedSession(kept, Change.CHANGED)


def _problems(file: str, row: SessionRow, known: Known) -> list[RowProblem]:
    """Find what makes a row impossible in this catalog."""
    found: list[RowProblem] = []

    def problem(column: str, value: str, what: str, expected: str) -> None:
        found.append(RowProblem(file, row.line, column, shown(value), what, expected))

    room, seats = row.values.room_address, row.values.seats
    if room and known.rooms and room not in known.rooms:
        near = difflib.get_close_matches(room, known.rooms, n=1, cutoff=0.6)
        problem(
            "room",
            room,
            f"The organisation has no room {room}.",
            f"a room of the organisation, such as {near[0] if near else min(known.rooms)}",
        )
    stored = known.sessions.get(row.session_code)
    if stored is None:
        return found
    if stored.course_id != _course_id(row, known):
        problem(
            "session_code",
            row.session_code,
            f"The session «{row.session_code}» belongs to another course already.",
            "a code that no session of another course has",
        )
    taken = len(known.enrolled[stored.pk])
    if seats is not None and seats != stored.seats and taken > seats:
        problem(
            "seats",
            str(seats),
            f"{taken} learners are enrolled already.",
            f"{taken} or more, or nothing for no limit",
        )
    return found


def _course_id(row: SessionRow, known: Known) -> object:
    """Return the id of the row's course, or None for a course that is new."""
    course = known.courses.get(row.course_code)
    return course.pk if course else None


def _courses(sessions: Sequence[PlannedSession], known: Known) -> list[PlannedCourse]:
    """Say what would become of the courses of good rows, each once."""
    rows = {planned.row.course_code: planned.row for planned in reversed(sessions)}
    found = []
    for code in dict.fromkeys(planned.row.course_code for planned in sessions):
        row, stored = rows[code], known.courses.get(code)
        wanted = (row.course_title, row.course_description)
        change = Change.NEW
        if stored is not None:
            same = (stored.title, stored.description) == wanted
            change = Change.UNCHANGED if same else Change.CHANGED
        found.append(PlannedCourse(code, *wanted, change))
    return found


def _warnings(file: str, planned: PlannedSession, known: Known) -> list[RowProblem]:
    """Find what goes through, but will not go as somebody may expect."""
    row, values = planned.row, planned.row.values
    found: list[tuple[str, str]] = [("start", note) for note in row.notes]
    room = known.rooms.get(values.room_address)
    if room and room.capacity and values.seats and values.seats > room.capacity:
        found.append(
            ("seats", f"{room.name} holds {room.capacity}, and the session has {values.seats}.")
        )
    if values.room_address and values.starts_at > known.now + BOOKING_WINDOW:
        found.append(
            ("start", "Rooms usually decline bookings more than 180 days ahead; ask again later.")
        )
    if planned.change is Change.LEFT_ALONE:
        found.append(("", "The session was cancelled in Classbell and is left alone."))
    return [RowProblem(file, row.line, column, "", what, "") for column, what in found]


def _double_bookings(
    file: str, sessions: Sequence[PlannedSession], known: Known
) -> list[RowProblem]:
    """Find sessions of the catalog that want one room at one time: the room will decline one."""
    in_file = {planned.row.session_code: planned.row.line for planned in sessions}
    wanted = [
        _Booking(values.room_address, values.starts_at, values.ends_at, planned.row.session_code)
        for planned in sessions
        if (values := planned.row.values).room_address
        and planned.change is not Change.LEFT_ALONE
        and values.ends_at > known.now
    ]
    wanted += [
        _Booking(stored.room_address, stored.starts_at, stored.ends_at, stored.code)
        for stored in known.bookings
        if stored.code not in in_file
    ]
    found = []
    previous: _Booking | None = None
    for booking in sorted(wanted):
        if previous and previous.room == booking.room and booking.starts_at < previous.ends_at:
            mine, other = (booking, previous) if booking.code in in_file else (previous, booking)
            what = f"{booking.room} is wanted by «{other.code}» at the same time."
            if mine.code in in_file:
                found.append(
                    RowProblem(file, in_file[mine.code], "room", shown(booking.room), what, "")
                )
        if not previous or previous.room != booking.room or booking.ends_at > previous.ends_at:
            previous = booking
    return found


@dataclass(frozen=True, slots=True, order=True)
class _Booking:
    """A room wanted for a time, in the order in which overlaps are found."""

    room: str
    starts_at: datetime
    ends_at: datetime
    code: str
