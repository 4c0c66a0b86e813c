"""Who is told of an enrolment by the invitation itself, so that each is told once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from classbell.domain.scheduling.desired import MOST_ATTENDEES, beyond_entry
from classbell.domain.scheduling.options import calendar_options
from classbell.domain.scheduling.picture import picture_of
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.storage.models import AccountState, CourseSession, Entry, Person
from classbell.storage.queries.scheduling import places_taken


def invited_by_mail(session: CourseSession, people: Sequence[Person]) -> frozenset[UUID]:
    """Return those of some learners, enrolled just now, whose invitation is a mail.

    The mail says all that a confirmation would, so they get no confirmation beside it. While the
    account is lost its invitations wait, and everybody gets the confirmation.
    """
    account = account_serving(session.course.catalog)
    if account is None or account.state != AccountState.CONNECTED:
        return frozenset()
    everybody = frozenset(person.pk for person in people)
    if not writes_calendar(account) or calendar_options(session.course.catalog_id).by_mail_only:
        return everybody
    if places_taken(session) < MOST_ATTENDEES:
        return frozenset()
    entry = Entry.objects.filter(session=session).first()
    beyond = beyond_entry(picture_of(session, account, entry))
    return everybody & {person.person_id for person in beyond}
