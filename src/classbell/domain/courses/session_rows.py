"""Rows of sessions: written in the caller's transaction, locked, and their instructors."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from classbell.domain.courses.session_details import SessionValues
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import (
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
    SessionInstructor,
)


def add_session(
    ports: Ports,
    course: Course,
    code: str,
    values: SessionValues,
    instructors: Sequence[Person],
) -> CourseSession:
    """Write a new session in the caller's transaction; the caller asks for its entry."""
    session = CourseSession(course=course, code=code, created_at=ports.clock.now())
    for name, value in values.stated().items():
        setattr(session, name, value)
    session.save(force_insert=True)
    set_instructors(session, instructors)
    emit_session(ports, session, "session.created")
    return session


def change_session(
    ports: Ports,
    session: CourseSession,
    values: SessionValues,
    instructors: Sequence[Person] | None,
) -> bool:
    """Write a change in the caller's transaction; return whether there was one.

    The caller asks for the entry to follow.

    Raises:
        InvalidInput: more learners are enrolled than the session would have seats.
    """
    differences = values.differences(session)
    _refuse_too_few_seats(session, values)
    for name, value in differences.items():
        setattr(session, name, value)
    if differences:
        session.save(update_fields=list(differences))
    moved = instructors is not None and set_instructors(session, instructors)
    if not differences and not moved:
        return False
    emit_session(ports, session, "session.changed")
    return True


def set_instructors(session: CourseSession, people: Sequence[Person]) -> bool:
    """Let exactly these people teach the session; return whether that changed anything.

    Raises:
        NotFoundHere: somebody belongs to another organisation.
    """
    require_own_people(session, people)
    wanted = {person.pk for person in people}
    present: set[UUID] = set(
        SessionInstructor.objects.filter(session=session).values_list("person_id", flat=True)
    )
    if wanted == present:
        return False
    SessionInstructor.objects.filter(session=session, person_id__in=present - wanted).delete()
    SessionInstructor.objects.bulk_create(
        SessionInstructor(session=session, person_id=person_id) for person_id in wanted - present
    )
    return True


def lock_session(session_id: UUID) -> CourseSession:
    """Read a session for change: nobody else changes it or its seats until the commit.

    Its course is locked first, because places may be the course's or a group's, and because
    whoever gives a freed place changes other sessions of the course.
    """
    Course.objects.select_for_update(of=("self",)).get(sessions=session_id)
    return (
        CourseSession.objects.select_for_update(of=("self",))
        .select_related("course__catalog", "group")
        .get(pk=session_id)
    )


def require_own_people(session: CourseSession, people: Sequence[Person]) -> None:
    """Refuse people of another organisation.

    Raises:
        NotFoundHere: at least one is not of the session's organisation.
    """
    organisation_id = session.course.catalog.organisation_id
    if any(person.organisation_id != organisation_id for person in people):
        raise NotFoundHere("Somebody here is not known in this organisation.")


def _refuse_too_few_seats(session: CourseSession, values: SessionValues) -> None:
    """Refuse to take seats away that learners have."""
    if values.seats is None or values.seats == session.seats:
        return
    taken = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED).count()
    if taken > values.seats:
        raise InvalidInput(
            f"{taken} learners are enrolled, and the session would have {values.seats} seats.",
            field="seats",
            remedy=f"Leave at least {taken} seats, or unenrol learners first.",
        )


def emit_session(ports: Ports, session: CourseSession, name: str) -> None:
    """Tell integrators about the session."""
    catalog = session.course.catalog
    emit(
        ports,
        catalog=catalog,
        name=name,
        payload={"session": str(session.id), "code": session.code},
    )
