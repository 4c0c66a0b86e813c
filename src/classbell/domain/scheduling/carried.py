"""Who is told of an enrolment by the invitation itself, so that each is told once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from classbell.domain.scheduling.desired import MOST_ATTENDEES, beyond_entry
from classbell.domain.scheduling.options import calendar_options
from classbell.domain.scheduling.picture import picture_of
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.ports.calendar import Answer
from classbell.storage.models import AccountState, CourseSession, Entry, EntryState, Person
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


def teaching_told_by_mail(session: CourseSession, people: Sequence[Person]) -> frozenset[UUID]:
    """Return those of some new instructors to whom a mail is sent instead of the entry.

    It is the one that says that they teach, so they get no other. Instructors of a catalog that
    invites by mail only stay on the entry. While the account is lost, everybody is told at once.
    """
    account = account_serving(session.course.catalog)
    if not people or account is None or account.state != AccountState.CONNECTED:
        return frozenset()
    entry = Entry.objects.filter(session=session).first()
    if writes_calendar(account):
        if places_taken(session) < MOST_ATTENDEES and not (entry and entry.mailed):
            return frozenset()
        carried = {one.person_id for one in beyond_entry(picture_of(session, account, entry))}
    else:
        stands = entry is not None and entry.state == EntryState.CREATED
        on_it = entry.answers if entry is not None and stands else {}
        carried = {one.pk for one in people if one.address.casefold() not in on_it}
    told = entry.mailed if entry is not None else {}
    return frozenset(one.pk for one in people if one.pk in carried and str(one.pk) not in told)


def told_of_leaving(session: CourseSession, people: Sequence[Person]) -> frozenset[UUID]:
    """Return those to whom the entry, or a mail in its place, says that they take part no more.

    Outlook tells those whom it takes off the event; those who were invited by mail get a mail.
    Somebody who came and went before the event was written is on neither. While it is being written
    nobody can tell; then the look at what was written decides who is told (``inviting``).
    """
    entry = Entry.objects.filter(session=session).first()
    if entry is None:
        return frozenset()
    stands = entry.state == EntryState.CREATED
    on_it = {one for one, answer in entry.answers.items() if answer != Answer.ORGANIZER.value}
    return frozenset(
        person.pk
        for person in people
        if str(person.pk) in entry.mailed
        or person.address.casefold() in entry.inviting
        or (stands and person.address.casefold() in on_it)
    )
