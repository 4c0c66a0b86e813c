"""Sessions of a course: creating, changing and cancelling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from classbell.domain.courses.courses import checked_code, lock_catalog
from classbell.domain.courses.session_details import SessionDetails, SessionValues, values_of
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.request import request_entry
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


@dataclass(frozen=True, slots=True)
class SavedSession:
    """What became of a session.

    Attributes:
        session: as it is stored now.
        changed: whether anything was written.
        notes: choices that were made for the admin, one sentence each.
    """

    session: CourseSession
    changed: bool
    notes: tuple[str, ...] = ()


def create_session(
    ports: Ports,
    *,
    course: Course,
    code: str,
    details: SessionDetails,
    actor: Actor,
    instructors: Sequence[Person] = (),
) -> SavedSession:
    """Add a session to a course, and ask for its calendar entry.

    Args:
        ports: the outside world.
        course: where it belongs.
        code: the platform's short name, unique in the catalog, at most 60 characters.
        details: everything else; times are wall times.
        actor: who adds it.
        instructors: who teaches it.

    Raises:
        InvalidInput: a detail cannot be used, or the code is taken.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, course.catalog)
    code = checked_code(code)
    values, notes = values_of(details)
    with transaction.atomic():
        lock_catalog(course.catalog)
        if CourseSession.objects.filter(course__catalog=course.catalog, code=code).exists():
            raise InvalidInput(
                f"There is a session «{code}» in this catalog already.",
                field="code",
                remedy="Choose another code, or change that session.",
            )
        session = add_session(ports, course, code, values, instructors)
        request_if_current(ports, session)
        _record(ports, session, actor, "session.created", after=_facts(values))
    return SavedSession(session, changed=True, notes=notes)


def update_session(
    ports: Ports,
    *,
    session: CourseSession,
    details: SessionDetails,
    actor: Actor,
    instructors: Sequence[Person] | None = None,
) -> SavedSession:
    """Change a session, and ask for its calendar entry to follow.

    Args:
        ports: the outside world.
        session: which one.
        details: everything it shall be; times are wall times.
        actor: who changes it.
        instructors: who teaches it from now on; None leaves them as they are.

    Raises:
        InvalidInput: a detail cannot be used, fewer seats than learners, or it was cancelled.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, session.course.catalog)
    values, notes = values_of(details)
    with transaction.atomic():
        locked = lock_session(session.pk)
        if locked.cancelled_at is not None:
            raise InvalidInput("The session was cancelled and cannot be changed any more.")
        was_over = locked.ends_at <= ports.clock.now()
        before = {name: str(getattr(locked, name)) for name in values.differences(locked)}
        changed = change_session(ports, locked, values, instructors)
        if changed:
            request_if_current(ports, locked, was_over=was_over)
            after = {name: str(getattr(locked, name)) for name in before}
            _record(ports, locked, actor, "session.changed", before=before, after=after)
    return SavedSession(locked, changed=changed, notes=notes)


def cancel_session(ports: Ports, *, session: CourseSession, actor: Actor) -> CourseSession:
    """Cancel a session: its room is released and everybody on the entry is told by Outlook.

    Cancelling twice does nothing.

    Raises:
        InvalidInput: it is over.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, session.course.catalog)
    now = ports.clock.now()
    with transaction.atomic():
        locked = lock_session(session.pk)
        if locked.cancelled_at is not None:
            return locked
        if locked.ends_at <= now:
            raise InvalidInput("The session is over and cannot be cancelled any more.")
        locked.cancelled_at = now
        locked.save(update_fields=["cancelled_at"])
        _emit(ports, locked, "session.cancelled")
        request_entry(ports, locked)
        _record(ports, locked, actor, "session.cancelled")
    return locked


def add_session(
    ports: Ports,
    course: Course,
    code: str,
    values: SessionValues,
    instructors: Sequence[Person],
) -> CourseSession:
    """Write a new session in the caller's transaction; the caller asks for its entry."""
    session = CourseSession(course=course, code=code, created_at=ports.clock.now())
    for name in values.__dataclass_fields__:
        setattr(session, name, getattr(values, name))
    session.save(force_insert=True)
    set_instructors(session, instructors)
    _emit(ports, session, "session.created")
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
    _emit(ports, session, "session.changed")
    return True


def request_if_current(ports: Ports, session: CourseSession, *, was_over: bool = True) -> None:
    """Ask for the entry of a session, unless it is over and was over before the change."""
    if session.ends_at > ports.clock.now() or not was_over:
        request_entry(ports, session)


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
    """Read a session for change: nobody else changes it or its seats until the commit."""
    return (
        CourseSession.objects.select_for_update(of=("self",))
        .select_related("course__catalog")
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


def _facts(values: SessionValues) -> dict[str, object]:
    """Return what the record keeps about a new session."""
    return {
        "title": values.title,
        "starts_at": values.starts_at.isoformat(),
        "ends_at": values.ends_at.isoformat(),
        "time_zone": values.time_zone,
        "room_address": values.room_address,
    }


def _record(
    ports: Ports,
    session: CourseSession,
    actor: Actor,
    action: str,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | dict[str, object] | None = None,
) -> None:
    """Write the audit row of an act on a session."""
    catalog = session.course.catalog
    record(
        ports,
        actor=actor,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        action=action,
        subject=f"session:{session.code}",
        before=before,
        after=after,
    )


def _emit(ports: Ports, session: CourseSession, name: str) -> None:
    """Tell integrators about the session."""
    catalog = session.course.catalog
    emit(
        ports,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        name=name,
        payload={"session": str(session.id), "code": session.code},
    )
