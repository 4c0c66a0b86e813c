"""Plans an import: what it would do, what speaks against it, and what mail it would cause."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from classbell.delivery.pace import Pace
from classbell.domain.courses.importing.course_rows import CourseFile
from classbell.domain.courses.importing.enrolment_rows import EnrolmentFile
from classbell.domain.courses.importing.files import ImportFiles
from classbell.domain.courses.importing.forecast import Forecast, forecast
from classbell.domain.courses.importing.judge_enrolments import (
    JudgedEnrolments,
    judge_enrolments,
)
from classbell.domain.courses.importing.judge_sessions import JudgedSessions, judge_sessions
from classbell.domain.courses.importing.known import Known, read_known
from classbell.domain.courses.importing.planned import Change, ImportPlan
from classbell.domain.courses.importing.table import Table
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog


def plan_import(ports: Ports, *, catalog: Catalog, files: ImportFiles, pace: Pace) -> ImportPlan:
    """Compare files with a catalog and say what importing them would do; changes nothing.

    Args:
        ports: the outside world; only its clock is used.
        catalog: where the import would go.
        files: what ``read_files`` made of the files.
        pace: the limits of the connected mailbox, for the forecast.
    """
    courses = files.courses or CourseFile(Table("courses"))
    enrolments = files.enrolments or EnrolmentFile(Table("enrolments"))
    known = _known(catalog, ports.clock.now(), courses, enrolments)
    sessions = judge_sessions(courses, known)
    people = judge_enrolments(
        enrolments,
        sessions,
        known,
        codes_unreadable=files.courses is not None and courses.codes_unreadable,
    )
    found = [*sessions.problems, *people.problems]
    by_file = {name: number for number, name in enumerate(files.names)}
    problems = sorted(
        [*files.problems, *found], key=lambda problem: (by_file[problem.file], problem.line)
    )
    return ImportPlan(
        catalog=catalog,
        files=files.names,
        courses=tuple(sessions.courses),
        sessions=tuple(sessions.sessions),
        enrolments=tuple(people.enrolments),
        problems=tuple(problems),
        dependents=tuple(people.dependents),
        warnings=(*sessions.warnings, *sorted(people.warnings, key=attrgetter("line"))),
        forecast=_forecast(catalog, sessions, people, known, pace),
    )


def _known(
    catalog: Catalog, now: datetime, courses: CourseFile, enrolments: EnrolmentFile
) -> Known:
    """Read what the rows have to be compared with."""
    codes = [row.session_code for row in courses.rows]
    codes += [row.session_code for row in enrolments.rows]
    return read_known(
        catalog,
        now,
        session_codes=codes,
        addresses=[row.key for row in enrolments.rows],
        object_ids=[row.object_id for row in enrolments.rows if row.object_id],
    )


def _forecast(
    catalog: Catalog,
    sessions: JudgedSessions,
    people: JudgedEnrolments,
    known: Known,
    pace: Pace,
) -> Forecast:
    """Count whom the import tells and invites, and reckon how long that takes."""
    told = sum(
        not enrolment.silent and enrolment.change is Change.NEW for enrolment in people.enrolments
    )
    teaching = sum(
        len(planned.row.instructors)
        for planned in sessions.sessions
        if planned.change is Change.NEW and planned.row.values.ends_at > known.now
    )
    return forecast(catalog, learners=told, instructors=teaching, now=known.now, pace=pace)
