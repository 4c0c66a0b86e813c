"""Deciding about what somebody did to a session's event in Outlook: keep it, or put ours back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from classbell.domain.courses.session_rows import emit_session, lock_session, revise
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.scheduling.outlook_edits import (
    EditKind,
    OutlookEdit,
    decided,
    outlook_edit,
    taken,
)
from classbell.domain.scheduling.repairs import keep_as_it_is, write_again
from classbell.domain.scheduling.request import request_entry
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Entry


@dataclass(frozen=True, slots=True)
class _Open:
    """A session, locked, with the edit that waits for a decision."""

    session: CourseSession
    entry: Entry
    edit: OutlookEdit


def take_outlook_edit(
    ports: Ports, *, session: CourseSession, actor: Actor, mark: str = ""
) -> CourseSession:
    """Let the session become what was made of its event in Outlook.

    A moved event moves the session; a deleted one cancels it; what is rewritten again and again is
    left so. Everybody on the event has been told by Outlook already.

    Args:
        ports: the outside world.
        session: which one.
        actor: who decides.
        mark: ``OutlookEdit.mark`` of the edit that was looked at; empty for whichever waits.

    Raises:
        InvalidInput: nothing waits, it is another edit by now, or the session is over.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, session.course)
    with transaction.atomic():
        found = _open(ports, session, mark)
        before = {"starts_at": found.session.starts_at.isoformat()}
        applied = taken(found.entry.applied, found.edit)
        if found.edit.kind is EditKind.DELETED:
            cancel_session(ports, session=found.session, actor=actor)
        elif found.edit.kind is EditKind.REWRITTEN:
            applied = keep_as_it_is(applied)
        else:
            _move(ports, found)
        _close(found, applied=applied)
        _record(ports, found, actor, "session.outlook_edit_taken", before)
        request_entry(ports, found.session)
    return found.session


def put_back(
    ports: Ports, *, session: CourseSession, actor: Actor, mark: str = ""
) -> CourseSession:
    """Put the session's event back to where it was; Outlook tells everybody on it.

    Args:
        ports: the outside world.
        session: which one.
        actor: who decides.
        mark: ``OutlookEdit.mark`` of the edit that was looked at; empty for whichever waits.

    Raises:
        InvalidInput: nothing waits, it is another edit by now, or the session is over.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, session.course)
    with transaction.atomic():
        found = _open(ports, session, mark)
        before = {"starts_at": found.session.starts_at.isoformat()}
        again = write_again if found.edit.kind is EditKind.REWRITTEN else decided
        _close(found, applied=again(found.entry.applied))
        _record(ports, found, actor, "session.outlook_edit_undone", before)
        request_entry(ports, found.session)
    return found.session


def _open(ports: Ports, session: CourseSession, mark: str) -> _Open:
    """Lock what is decided about, and refuse a decision about anything else."""
    locked = lock_session(session.pk)
    entry = Entry.objects.select_for_update().filter(session=locked).first()
    edit = outlook_edit(entry.edited) if entry is not None else None
    if entry is None or edit is None:
        raise InvalidInput(
            "Nothing that was done in Outlook waits for a decision here.",
            remedy="Look at the session again: somebody has decided, or it was undone in Outlook.",
        )
    if mark and mark != edit.mark:
        raise InvalidInput(
            "The event was changed in Outlook again meanwhile.",
            remedy="Look at the session again and decide about what it is now.",
        )
    if locked.cancelled_at is not None or locked.ends_at <= ports.clock.now():
        raise InvalidInput("The session is over or was cancelled; there is nothing to decide.")
    return _Open(locked, entry, edit)


def _move(ports: Ports, found: _Open) -> None:
    """Give the session the event's times; a deadline beyond its new end becomes that end."""
    session, edit = found.session, found.edit
    if edit.starts_at is None or edit.ends_at is None or edit.ends_at <= edit.starts_at:
        raise InvalidInput(
            "The event has no time that a session could have.", remedy="Put the event back."
        )
    deadline = session.enrolment_deadline
    changes = {
        "starts_at": edit.starts_at,
        "ends_at": edit.ends_at,
        "enrolment_deadline": None if deadline is None else min(deadline, edit.ends_at),
    }
    revise(ports, session, changes)
    emit_session(ports, session, "session.changed")


def _close(found: _Open, *, applied: dict[str, object]) -> None:
    """Note that nothing waits any more."""
    Entry.objects.filter(pk=found.entry.pk).update(
        edited={}, problem="", problem_code="", applied=applied
    )


def _record(ports: Ports, found: _Open, actor: Actor, action: str, before: dict[str, str]) -> None:
    """Write the audit row of a decision: what was done in Outlook, and what the session is now."""
    catalog = found.session.course.catalog
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"session:{found.session.code}",
        before=before,
        after={
            "starts_at": found.session.starts_at.isoformat(),
            "in_outlook": found.edit.mark,
        },
    )
