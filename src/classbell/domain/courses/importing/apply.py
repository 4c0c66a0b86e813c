"""Carries out a planned import in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import transaction

from classbell.domain.courses.courses import (
    CourseDetails,
    add_course,
    change_course,
    lock_catalog,
    upcoming_sessions,
)
from classbell.domain.courses.enrol import confirm, give_places
from classbell.domain.courses.importing.planned import (
    Change,
    Counts,
    ImportPlan,
    PlannedEnrolment,
    PlannedSession,
)
from classbell.domain.courses.importing.row_problems import ImportRefused, RowProblem
from classbell.domain.courses.session_news import tell_news
from classbell.domain.courses.session_rows import (
    SessionNews,
    add_session,
    change_session,
    lock_session,
)
from classbell.domain.courses.taken_along import take_along
from classbell.domain.courses.waiting import fill_places, sessions_waited_for
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.addresses import address_key
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.organisations.people import upsert_person
from classbell.domain.scheduling.request import request_entries
from classbell.ports.bundle import Ports
from classbell.ports.progress import Progress, silent
from classbell.storage.models import Catalog, Course, CourseSession, EnrolmentType, Person

STEP: Final = 50
"""After how many rows progress is told."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Attributes:
        courses, sessions, enrolments: how many rows became what.
        told: learners who get a confirmation, and instructors who are told that they teach.
        left_out: problems of rows that a partial import left out, and what depended on them.
    """

    courses: Counts
    sessions: Counts
    enrolments: Counts
    told: int
    left_out: tuple[RowProblem, ...]


@dataclass(slots=True)
class _Work:
    """What one import has written so far, and whom it has yet to tell."""

    ports: Ports
    catalog: Catalog
    progress: Progress
    courses: dict[str, Course] = field(default_factory=dict)
    sessions: dict[str, CourseSession] = field(default_factory=dict)
    entries: dict[UUID, CourseSession] = field(default_factory=dict)
    joining: list[UUID] = field(default_factory=list)
    confirmations: list[tuple[CourseSession, Sequence[Person]]] = field(default_factory=list)
    news: list[tuple[CourseSession, SessionNews]] = field(default_factory=list)


def apply_import(
    ports: Ports,
    *,
    catalog: Catalog,
    plan: ImportPlan,
    actor: Actor,
    partial: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Carry out a plan: all of it, or nothing.

    Importing the same files twice changes nothing and sends nothing the second time. People named
    by address get mail and invitations, and never a role.

    Args:
        ports: the outside world.
        catalog: where the import goes; the plan's own.
        plan: what ``plan_import`` found.
        actor: who imports.
        partial: whether to import the good rows although others have problems.
        progress: told now and then how far it is.

    Raises:
        ImportRefused: there are problems, and ``partial`` is False.
        InvalidInput: somebody else took a seat or a code since the plan was made.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, catalog)
    if plan.problems and not partial:
        raise ImportRefused(plan.problems)
    work = _Work(ports, catalog, progress)
    with transaction.atomic():
        lock_catalog(catalog)
        _write_courses(work, plan)
        people = _write_people(work, plan)
        _write_sessions(work, plan.sessions, people)
        _write_enrolments(work, plan.enrolments, people)
        told = _tell(work, actor)
        result = ImportResult(
            plan.course_counts,
            plan.session_counts,
            plan.enrolment_counts,
            told,
            (*plan.problems, *plan.dependents),
        )
        if not plan.changes_nothing:
            _record(work, plan, result, actor)
    return result


def _write_courses(work: _Work, plan: ImportPlan) -> None:
    """Add and change courses."""
    codes = {planned.code for planned in plan.courses}
    work.courses = {
        course.code: course
        for course in Course.objects.filter(catalog=work.catalog).select_related("catalog")
        if course.code in codes
    }
    for planned in plan.courses:
        details = CourseDetails(planned.title, planned.description)
        stored = work.courses.get(planned.code)
        if stored is None:
            work.courses[planned.code] = add_course(work.ports, work.catalog, planned.code, details)
        elif change_course(work.ports, stored, details):
            for session in upcoming_sessions(work.ports, stored):
                work.entries[session.pk] = session


def _write_people(work: _Work, plan: ImportPlan) -> dict[str, Person]:
    """Make sure that all learners and instructors are known; return them by address."""
    rows = {planned.row.key: planned for planned in plan.enrolments}
    wanted = [*rows, *(key for planned in plan.sessions for key in planned.row.instructors)]
    own = Person.objects.filter(organisation_id=work.catalog.organisation_id)
    known: dict[str, Person] = {}
    for start in range(0, len(wanted), 500):
        found = own.filter(address_key__in=wanted[start : start + 500])
        known.update({person.address_key: person for person in found})
    for number, (key, planned) in enumerate(rows.items()):
        if planned.person is not Change.UNCHANGED or key not in known:
            known[key] = upsert_person(
                work.ports,
                work.catalog.organisation,
                address=planned.row.address,
                name=planned.row.name,
                object_id=planned.row.object_id,
            )
        _say(work, "people", number + 1, len(rows))
    for planned_session in plan.sessions:
        for address in planned_session.row.instructors:
            if address_key(address) not in known:
                known[address] = upsert_person(
                    work.ports, work.catalog.organisation, address=address, name=""
                )
    return known


def _write_sessions(
    work: _Work, planned: Sequence[PlannedSession], people: dict[str, Person]
) -> None:
    """Add and change sessions, and remember those whose entry has to follow."""
    now = work.ports.clock.now()
    stored = {
        session.code: session
        for session in CourseSession.objects.filter(course__catalog=work.catalog).select_related(
            "course__catalog"
        )
    }
    work.sessions = stored
    for number, one in enumerate(planned):
        row = one.row
        instructors = [people[address] for address in row.instructors]
        session = stored.get(row.session_code)
        if session is None:
            course = work.courses[row.course_code]
            session = add_session(work.ports, course, row.session_code, row.values, instructors)
            if course.enrolment_type == EnrolmentType.ALL:
                work.joining.append(session.pk)
            stored[row.session_code] = session
            news, was_over = SessionNews(changed=True, assigned=tuple(instructors)), True
        elif one.change is Change.CHANGED:
            session = lock_session(session.pk)
            stored[row.session_code] = session
            was_over = session.ends_at <= now
            news = change_session(work.ports, session, row.values, instructors)
        else:
            continue
        work.news.append((session, news))
        if news.changed and (session.ends_at > now or not was_over):
            work.entries[session.pk] = session
        _say(work, "sessions", number + 1, len(planned))


def _write_enrolments(
    work: _Work, planned: Sequence[PlannedEnrolment], people: dict[str, Person]
) -> None:
    """Enrol, one session after the other."""
    now = work.ports.clock.now()
    by_session: dict[str, list[Person]] = {}
    for one in planned:
        if one.change is Change.NEW:
            by_session.setdefault(one.row.session_code, []).append(people[one.row.key])
    done, total = 0, sum(len(learners) for learners in by_session.values())
    for code, learners in by_session.items():
        session = lock_session(work.sessions[code].pk)
        enrolled = give_places(work.ports, session, learners)
        if enrolled.new:
            work.confirmations.append((session, enrolled.new))
            if session.ends_at > now:
                work.entries[session.pk] = session
        done += len(learners)
        work.progress("enrolments", done, total)


def _tell(work: _Work, actor: Actor) -> int:
    """Write notifications and ask for entries, last: they lock lanes that a worker holds."""
    told = 0
    for session, news in work.news:
        told += tell_news(work.ports, session, news, actor)
    for session, people in work.confirmations:
        told += confirm(work.ports, session, people)
    request_entries(work.ports, work.catalog, work.entries.values())
    for session_id in work.joining:
        told += len(take_along(work.ports, lock_session(session_id), actor))
    for session in sessions_waited_for(work.entries.values()):
        fill_places(work.ports, session)
    return told


def _say(work: _Work, what: str, done: int, total: int) -> None:
    """Tell progress every so many rows, and at the end."""
    if done % STEP == 0 or done == total:
        work.progress(what, done, total)


def _record(work: _Work, plan: ImportPlan, result: ImportResult, actor: Actor) -> None:
    """Write one audit row and one event for the import as a whole."""
    catalog = work.catalog
    facts: dict[str, object] = {
        "files": list(plan.files),
        "courses": result.courses.new + result.courses.changed,
        "sessions": result.sessions.new + result.sessions.changed,
        "enrolments": result.enrolments.new,
        "left_out": len(result.left_out),
    }
    record(
        work.ports,
        actor=actor,
        catalog=catalog,
        action="import.applied",
        subject=f"catalog:{catalog.slug}",
        after=facts,
    )
    emit(
        work.ports,
        catalog=catalog,
        name="import.applied",
        payload=facts,
    )
