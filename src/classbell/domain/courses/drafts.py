"""Drafts: publishing them, what that sets in motion, and copies of sessions, which begin as one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import SavedSession, create_session, update_session
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor
from classbell.domain.scheduling.desired import MOST_ATTENDEES
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState


@dataclass(frozen=True, slots=True)
class Forecast:
    """What publishing a session will set in motion.

    Attributes:
        account: address of the account that does it; empty where none is connected.
        by_calendar: whether the account may write calendar entries.
        room: address of the room that will be asked for, or empty.
        teams: whether a Teams meeting will be made.
        by_entry, by_mail: how many people are invited by the calendar entry, and by mail.
    """

    account: str
    by_calendar: bool
    room: str
    teams: bool
    by_entry: int
    by_mail: int


def forecast_publishing(session: CourseSession) -> Forecast:
    """Say what publishing a session would do now, without doing any of it."""
    account = account_serving(session.course.catalog)
    by_calendar = account is not None and writes_calendar(account)
    people = set(session.instructors.values_list("pk", flat=True))
    people |= set(
        Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED).values_list(
            "person_id", flat=True
        )
    )
    most = MOST_ATTENDEES - (1 if session.room_address else 0)
    by_entry = min(len(people), most) if by_calendar else 0
    return Forecast(
        account=account.address if account else "",
        by_calendar=by_calendar,
        room=session.room_address if by_calendar else "",
        teams=session.teams_meeting and by_calendar,
        by_entry=by_entry,
        by_mail=len(people) - by_entry if account else 0,
    )


def publish_session(ports: Ports, *, session: CourseSession, actor: Actor) -> SavedSession:
    """Publish a draft: its entry is asked for, and people can be enrolled. Twice is once.

    Raises:
        InvalidInput: it is cancelled or over.
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, session.course.catalog)
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
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
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
