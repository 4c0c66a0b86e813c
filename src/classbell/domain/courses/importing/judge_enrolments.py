"""Compares the rows of enrolments.csv with the sessions and people known."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from classbell.domain.courses.importing.enrolment_rows import EnrolmentFile, EnrolmentRow
from classbell.domain.courses.importing.judge_sessions import JudgedSessions
from classbell.domain.courses.importing.known import Known
from classbell.domain.courses.importing.planned import Change, PlannedEnrolment
from classbell.domain.courses.importing.row_problems import RowProblem, shown


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What an enrolment has to know of its session, whether stored or still in the file."""

    ends_at: datetime
    seats: int | None
    deadline: datetime | None
    cancelled: bool
    published: bool
    enrolled: frozenset[str]


@dataclass(slots=True)
class JudgedEnrolments:
    """What became of the rows of enrolments.csv."""

    enrolments: list[PlannedEnrolment] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    dependents: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


def judge_enrolments(
    file: EnrolmentFile, sessions: JudgedSessions, known: Known, *, codes_unreadable: bool
) -> JudgedEnrolments:
    """Judge every good row of enrolments.csv against sessions and people.

    Args:
        file: the rows.
        sessions: what becomes of the rows of courses.csv.
        known: what is stored.
        codes_unreadable: whether courses.csv is so broken that its session codes are not known.
    """
    judged = JudgedEnrolments()
    facts = _facts(sessions, known)
    taken: dict[str, int] = {}
    for row in file.rows:
        problem = _problem(row, sessions.bad_codes, facts, known, codes_unreadable=codes_unreadable)
        session = facts.get(row.session_code)
        name = file.table.name
        if problem is not None:
            what, column, expected = problem
            target = judged.problems if expected else judged.dependents
            target.append(RowProblem(name, row.line, column, _value(row, column), what, expected))
        elif session is not None:
            planned = _planned(row, session, known)
            if planned.change is Change.NEW and not _seat(judged, name, row, session, taken):
                continue
            judged.enrolments.append(planned)
            _warn(judged, name, planned, session, known)
    return judged


def _facts(sessions: JudgedSessions, known: Known) -> dict[str, SessionFacts]:
    """Gather what is known of every session that can be meant: stored ones, then the file's."""
    found = {
        code: SessionFacts(
            stored.ends_at,
            stored.seats,
            stored.enrolment_deadline,
            stored.cancelled_at is not None,
            stored.published,
            known.enrolled[stored.pk],
        )
        for code, stored in known.sessions.items()
    }
    for planned in sessions.sessions:
        values, code = planned.row.values, planned.row.session_code
        if planned.change is not Change.LEFT_ALONE:
            found[code] = SessionFacts(
                values.ends_at,
                values.seats,
                values.enrolment_deadline,
                cancelled=False,
                published=values.published,
                enrolled=found[code].enrolled if code in found else frozenset(),
            )
    return found


def _problem(
    row: EnrolmentRow,
    bad_codes: Mapping[str, int],
    facts: Mapping[str, SessionFacts],
    known: Known,
    *,
    codes_unreadable: bool,
) -> tuple[str, str, str] | None:
    """Return what is wrong with a row, in which column, and what is expected.

    Nothing is expected of a row that is good itself and only depends on a bad one.
    """
    code = row.session_code
    if code in bad_codes:
        what = f"The session «{code}» has problems in line {bad_codes[code]} of the courses file."
        return what, "session_code", ""
    session = facts.get(code)
    if session is None:
        if codes_unreadable:
            return "The courses file cannot be read.", "session_code", ""
        near = difflib.get_close_matches(code, facts, n=1, cutoff=0.6)
        hint = f"{near[0]}, perhaps" if near else "a session of the courses file or the catalog"
        return f"There is no session «{shown(code)}».", "session_code", hint
    if session.cancelled and row.key not in session.enrolled:
        return f"The session «{code}» was cancelled.", "session_code", "a session that takes place"
    return _person_problem(row, known)


def _person_problem(row: EnrolmentRow, known: Known) -> tuple[str, str, str] | None:
    """Return what speaks against the person of a row."""
    if row.object_id is None:
        return None
    stored = known.people.get(row.key)
    same = known.people_by_id.get(row.object_id)
    if stored is not None and stored.object_id not in {None, row.object_id}:
        what = f"{row.address} is known with another object id."
        return what, "object_id", "that person's object id, or nothing"
    if stored is not None and same is not None and same.pk != stored.pk:
        what = f"This object id belongs to {same.address}."
        return what, "object_id", "that person's own object id, or nothing"
    return None


def _planned(row: EnrolmentRow, session: SessionFacts, known: Known) -> PlannedEnrolment:
    """Say what would become of a good row and its person."""
    by_id = known.people_by_id.get(row.object_id) if row.object_id else None
    stored = by_id or known.people.get(row.key)
    if stored is None:
        person = Change.NEW
    else:
        same = (stored.name, stored.address, stored.object_id) == (
            row.name,
            row.address,
            row.object_id or stored.object_id,
        )
        person = Change.UNCHANGED if same else Change.CHANGED
    has_place = stored is not None and stored.address_key in session.enrolled
    silent = session.ends_at <= known.now or not session.published
    return PlannedEnrolment(row, Change.UNCHANGED if has_place else Change.NEW, silent, person)


def _seat(
    judged: JudgedEnrolments,
    file: str,
    row: EnrolmentRow,
    session: SessionFacts,
    taken: dict[str, int],
) -> bool:
    """Take a seat for a new enrolment; note a problem where none is left."""
    used = taken.setdefault(row.session_code, len(session.enrolled))
    if session.seats is not None and used >= session.seats:
        judged.problems.append(
            RowProblem(
                file,
                row.line,
                "session_code",
                shown(row.session_code),
                f"The {session.seats} seats of «{row.session_code}» are taken before this row.",
                "fewer enrolments, or more seats in the courses file",
            )
        )
        return False
    taken[row.session_code] = used + 1
    return True


def _warn(
    judged: JudgedEnrolments,
    file: str,
    planned: PlannedEnrolment,
    session: SessionFacts,
    known: Known,
) -> None:
    """Note a new enrolment after the deadline: an import may bring it, a learner could not."""
    late = session.deadline is not None and session.deadline < known.now < session.ends_at
    if late and planned.change is Change.NEW:
        what = f"The enrolment deadline of «{planned.row.session_code}» has passed."
        judged.warnings.append(RowProblem(file, planned.row.line, "session_code", "", what, ""))


def _value(row: EnrolmentRow, column: str) -> str:
    """Return what stands in a column of a row."""
    return shown(str(getattr(row, column)))
