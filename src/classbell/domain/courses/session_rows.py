"""Rows of sessions: written in the caller's transaction, locked, and their instructors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from classbell.domain.courses.session_details import SessionValues
from classbell.domain.notifications.session_revision import shown
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
from classbell.storage.queries.scheduling import instructors_of


@dataclass(frozen=True, slots=True)
class SessionNews:
    """What is new about a session, for those who are to be told of it.

    Attributes:
        changed: whether anything was written.
        assigned: who teaches it from now on.
        removed: who teaches it no more.
        former_room: mailbox address of the room it had before; empty without one.
    """

    changed: bool = False
    assigned: tuple[Person, ...] = ()
    removed: tuple[Person, ...] = ()
    former_room: str = ""


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
    _set_instructors(session, instructors)
    emit_session(ports, session, "session.created")
    return session


def change_session(
    ports: Ports,
    session: CourseSession,
    values: SessionValues,
    instructors: Sequence[Person] | None,
) -> SessionNews:
    """Write a change in the caller's transaction; return what is new.

    The caller asks for the entry to follow, and tells people with ``tell_news``.

    Raises:
        InvalidInput: more learners are enrolled than the session would have seats.
    """
    differences = values.differences(session)
    _refuse_too_few_seats(session, values)
    was_draft, former_room = not session.published, session.room_address
    if differences:
        revise(ports, session, differences)
    came, went = ((), ()) if instructors is None else _set_instructors(session, instructors)
    if not differences and not came and not went:
        return SessionNews()
    emit_session(ports, session, "session.changed")
    if was_draft:
        # Nobody was told of a draft; who teaches it hears of it when it is published.
        return SessionNews(changed=True, assigned=tuple(instructors_of(session)))
    return SessionNews(changed=True, assigned=came, removed=went, former_room=former_room)


def revise(ports: Ports, session: CourseSession, changes: Mapping[str, object]) -> None:
    """Write new values into a locked session, and count what of it calendars show.

    Args:
        ports: the outside world.
        session: as read by ``lock_session``.
        changes: new values by column, at least one of them another than before.
    """
    # Looked at before as well, so that a session nobody has looked at yet counts its change.
    if not session.calendar_facts:
        shown(ports, session)
    for name, value in changes.items():
        setattr(session, name, value)
    session.save(update_fields=list(changes))
    shown(ports, session)


def _set_instructors(
    session: CourseSession, people: Sequence[Person]
) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Let exactly these people teach the session; return who came and who went.

    Raises:
        NotFoundHere: somebody belongs to another organisation.
    """
    require_own_people(session, people)
    wanted = {person.pk: person for person in people}
    present = {
        row.person_id: row.person
        for row in SessionInstructor.objects.filter(session=session).select_related("person")
    }
    came = tuple(person for pk, person in wanted.items() if pk not in present)
    went = tuple(person for pk, person in present.items() if pk not in wanted)
    SessionInstructor.objects.filter(session=session, person__in=went).delete()
    SessionInstructor.objects.bulk_create(
        SessionInstructor(session=session, person=person) for person in came
    )
    return came, went


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
