"""What publishing a draft would set in motion: read, without doing any of it."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.domain.courses.taken_along import come_along
from classbell.domain.scheduling.desired import MOST_ATTENDEES
from classbell.domain.scheduling.options import calendar_options
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    CalendarOptions,
    CourseSession,
    Enrolment,
    EnrolmentState,
    SharedWay,
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What publishing a session will set in motion.

    Attributes:
        account: address of the account that does it; empty where none is connected.
        by_calendar: whether the account may write calendar entries.
        room: address of the room that will be asked for, or empty.
        teams: whether a Teams meeting will be made.
        by_entry, by_mail: how many people are invited by the calendar entry, and by mail.
        taken_along: how many of them are enrolled by it, because they take the other sessions of
            its group or course.
        confirmed: how many of those get the confirmation of their place by mail.
        shared_to: address of the organisation's calendar that will show it, or empty.
        shared_by_writing: whether it is written there, and not invited.
    """

    account: str
    by_calendar: bool
    room: str
    teams: bool
    by_entry: int
    by_mail: int
    taken_along: int = 0
    confirmed: int = 0
    shared_to: str = ""
    shared_by_writing: bool = False


def forecast_publishing(ports: Ports, session: CourseSession) -> Forecast:
    """Say what publishing a session would do now, without doing any of it.

    Args:
        ports: the outside world; only the clock is used.
        session: a draft, with its course and catalog.
    """
    account = account_serving(session.course.catalog)
    options = calendar_options(session.course.catalog_id)
    by_calendar = account is not None and writes_calendar(account)
    coming = {person.pk for person in come_along(ports, session)}
    learners = coming | set(
        Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED).values_list(
            "person_id", flat=True
        )
    )
    instructors = set(session.instructors.values_list("pk", flat=True))
    on_entry = instructors if options.by_mail_only else instructors | learners
    most = MOST_ATTENDEES - (1 if session.room_address else 0)
    by_entry = min(len(on_entry), most) if by_calendar else 0
    everybody = len(instructors | learners)
    by_mail = everybody - by_entry if account else 0
    shared = by_calendar and options.share
    return Forecast(
        account=account.address if account else "",
        by_calendar=by_calendar,
        room=session.room_address if by_calendar else "",
        teams=session.teams_meeting and by_calendar,
        by_entry=by_entry,
        by_mail=by_mail,
        taken_along=len(coming),
        confirmed=_confirmed(options, len(coming), by_entry),
        shared_to=options.shared_address if shared else "",
        shared_by_writing=shared and options.shared_way == SharedWay.WRITE,
    )


def _confirmed(options: CalendarOptions, coming: int, by_entry: int) -> int:
    """Return how many newcomers get a confirmation beside the entry that invites them.

    An invitation by mail says all that a confirmation would.
    """
    return 0 if options.by_mail_only else min(coming, by_entry)
