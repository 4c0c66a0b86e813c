"""Sessions of a course: creating, changing and cancelling them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import EllipsisType

from django.db import transaction

from classbell.domain.courses.choose_again import ask_to_choose_again
from classbell.domain.courses.courses import checked_code, lock_catalog
from classbell.domain.courses.groups import move_to_group
from classbell.domain.courses.session_details import SessionDetails, SessionValues, values_of
from classbell.domain.courses.session_news import tell_news
from classbell.domain.courses.session_rows import (
    SessionNews,
    add_session,
    change_session,
    emit_session,
    lock_session,
    revise,
)
from classbell.domain.courses.taken_along import take_along
from classbell.domain.courses.waiting import fill_places
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.scheduling.request import request_entry
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Course, CourseSession, Person, SessionGroup

MESSAGE_LENGTH = 1000


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
    group: SessionGroup | None = None,
) -> SavedSession:
    """Add a session to a course, and ask for its calendar entry.

    Args:
        ports: the outside world.
        course: where it belongs.
        code: the platform's short name, unique in the catalog, at most 60 characters.
        details: everything else; times are wall times.
        actor: who adds it.
        instructors: who teaches it.
        group: with which sessions it is taken; None for none. Whoever takes those already is
            enrolled in a published session of it.

    Raises:
        InvalidInput: a detail or the group cannot be used, or the code is taken.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, course)
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
        added = add_session(ports, course, code, values, instructors)
        session = lock_session(added.pk)
        move_to_group(ports, session, group)
        request_if_current(ports, session)
        take_along(ports, session, actor)
        _record(ports, session, actor, "session.created", after=_facts(values))
        tell_news(ports, session, SessionNews(changed=True, assigned=tuple(instructors)), actor)
    return SavedSession(session, changed=True, notes=notes)


def update_session(
    ports: Ports,
    *,
    session: CourseSession,
    details: SessionDetails,
    actor: Actor,
    instructors: Sequence[Person] | None = None,
    group: SessionGroup | EllipsisType | None = ...,
) -> SavedSession:
    """Change a session, and ask for its calendar entry to follow.

    Args:
        ports: the outside world.
        session: which one.
        details: everything it shall be; times are wall times.
        actor: who changes it.
        instructors: who teaches it from now on; None leaves them as they are.
        group: with which sessions it is taken; None for none, ``...`` leaves it where it is.

    Raises:
        InvalidInput: a detail or the group cannot be used, fewer seats than learners, or it was
            cancelled.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, session.course)
    values, notes = values_of(details)
    with transaction.atomic():
        locked = lock_session(session.pk)
        if locked.cancelled_at is not None:
            raise InvalidInput("The session was cancelled and cannot be changed any more.")
        was_over, was_draft = locked.ends_at <= ports.clock.now(), not locked.published
        before = {name: str(getattr(locked, name)) for name in values.differences(locked)}
        news = change_session(ports, locked, values, instructors)
        regrouped = group is not ... and move_to_group(ports, locked, group)
        if news.changed:
            request_if_current(ports, locked, was_over=was_over)
            after = {name: str(getattr(locked, name)) for name in before}
            _record(ports, locked, actor, "session.changed", before=before, after=after)
            tell_news(ports, locked, news, actor)
        if regrouped:
            _record(ports, locked, actor, "session.group_changed", after=_group_of(locked))
        if regrouped or (was_draft and locked.published):
            take_along(ports, locked, actor)
        if news.changed or regrouped:
            fill_places(ports, locked)
    return SavedSession(locked, changed=news.changed or regrouped, notes=notes)


def cancel_session(
    ports: Ports, *, session: CourseSession, actor: Actor, message: str = ""
) -> CourseSession:
    """Cancel a session: its room is released and everybody on the entry is told by Outlook.

    Cancelling twice does nothing.

    Args:
        ports: the outside world.
        session: which one.
        actor: who cancels it.
        message: plain text that people read in the cancellation; may be empty.

    Raises:
        InvalidInput: it is over, or the message is too long.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, session.course)
    now, message = ports.clock.now(), message.strip()
    if len(message) > MESSAGE_LENGTH:
        raise InvalidInput(
            f"The message has {len(message)} characters.",
            field="message",
            remedy=f"Shorten it to {MESSAGE_LENGTH} characters or fewer.",
        )
    with transaction.atomic():
        locked = lock_session(session.pk)
        if locked.cancelled_at is not None:
            return locked
        if locked.ends_at <= now:
            raise InvalidInput("The session is over and cannot be cancelled any more.")
        revise(ports, locked, {"cancelled_at": now, "cancel_message": message})
        emit_session(ports, locked, "session.cancelled")
        request_entry(ports, locked)
        ask_to_choose_again(ports, locked)
        _record(ports, locked, actor, "session.cancelled")
    return locked


def request_if_current(
    ports: Ports,
    session: CourseSession,
    *,
    was_over: bool = True,
    request: Callable[[Ports, CourseSession], None] = request_entry,
) -> None:
    """Ask for the entry of a session, unless it is over and was over before the change."""
    if session.ends_at > ports.clock.now() or not was_over:
        request(ports, session)


def _facts(values: SessionValues) -> dict[str, object]:
    """Return what the record keeps about a new session."""
    return {
        "title": values.title,
        "starts_at": values.starts_at.isoformat(),
        "ends_at": values.ends_at.isoformat(),
        "time_zone": values.time_zone,
        "room_address": values.room_address,
    }


def _group_of(session: CourseSession) -> dict[str, str]:
    """Return what the record keeps of where a session belongs."""
    return {"group": session.group.code if session.group else ""}


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
        catalog=catalog,
        action=action,
        subject=f"session:{session.code}",
        before=before,
        after=after,
    )
