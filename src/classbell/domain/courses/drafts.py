"""Drafts: publishing them, and copies of sessions, which begin as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import SavedSession, create_session, update_session
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession


def publish_session(ports: Ports, *, session: CourseSession, actor: Actor) -> SavedSession:
    """Publish a draft: its entry is asked for, and people can be enrolled. Twice is once.

    Raises:
        InvalidInput: it is cancelled or over.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, session.course)
    if session.ends_at <= ports.clock.now():
        raise InvalidInput(
            f"«{session.title}» is over.",
            meaning="It was not published.",
            remedy="Give it another date first.",
        )
    details = replace(details_of(session), published=True)
    return update_session(ports, session=session, details=details, actor=actor)


def copy_session(
    ports: Ports, *, session: CourseSession, code: str, starts: datetime, actor: Actor
) -> SavedSession:
    """Copy a session to another date, as a draft with its instructors and without its learners.

    The copy belongs to the same group. Wall times are kept, whatever the clocks do in between: two
    hours from nine are nine to eleven, and an enrolment deadline stays as many days before, at its
    own hour.

    Args:
        ports: the outside world.
        session: what to copy.
        code: the copy's short name, unique in the catalog.
        starts: naive wall time in the session's zone.
        actor: who copies it.

    Raises:
        InvalidInput: the code is taken, or a time does not exist on that date.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    old = details_of(session)
    later = starts - old.starts
    details = replace(
        old,
        starts=starts,
        ends=old.ends + later,
        enrolment_deadline=old.enrolment_deadline + later if old.enrolment_deadline else None,
        published=False,
    )
    return create_session(
        ports,
        course=session.course,
        code=code,
        details=details,
        actor=actor,
        instructors=list(session.instructors.all()),
        group=session.group,
    )
