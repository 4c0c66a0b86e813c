"""Sessions of a course: creating, changing and cancelling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from classbell.domain.courses.courses import checked_code, lock_catalog
from classbell.domain.courses.session_details import SessionDetails, SessionValues, values_of
from classbell.domain.courses.session_rows import (
    add_session,
    change_session,
    emit_session,
    lock_session,
)
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.scheduling.request import request_entry, request_who_comes
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Course, CourseSession, Person


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
        emit_session(ports, locked, "session.cancelled")
        request_entry(ports, locked)
        _record(ports, locked, actor, "session.cancelled")
    return locked


def request_if_current(ports: Ports, session: CourseSession, *, was_over: bool = True) -> None:
    """Ask for the entry of a session, unless it is over and was over before the change."""
    if session.ends_at > ports.clock.now() or not was_over:
        request_entry(ports, session)


def request_who_comes_if_current(ports: Ports, session: CourseSession) -> None:
    """Ask for the entry of a session whose learners changed, unless it is over."""
    if session.ends_at > ports.clock.now():
        request_who_comes(ports, session)


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
