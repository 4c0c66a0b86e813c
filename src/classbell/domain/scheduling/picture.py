"""Reads a session from the store as the picture that its entry is made from."""

from __future__ import annotations

from uuid import UUID

from classbell.domain.scheduling.desired import Participant, SessionPicture
from classbell.domain.scheduling.options import calendar_options, withholds_room
from classbell.domain.scheduling.route import writes_calendar
from classbell.storage.models import Account, CourseSession, Entry, EntryState, Person
from classbell.storage.queries.scheduling import instructors_of, learners_of, room_called


def picture_of(
    session: CourseSession, account: Account, entry: Entry | None = None
) -> SessionPicture:
    """Return everything about a session that its entry in this account's calendar shows.

    Args:
        session: with course and catalog.
        account: whose calendar it is.
        entry: the session's entry, if any, in whichever calendar.
    """
    catalog = session.course.catalog
    options = calendar_options(catalog.pk)
    stands = entry is not None and entry.state == EntryState.CREATED
    own = entry if entry is not None and stands and entry.account_id == account.pk else None
    room_name = ""
    if session.room_address:
        room = room_called(catalog.organisation_id, session.room_address)
        room_name = room.name if room else session.room_address
    return SessionPicture(
        session_id=session.pk,
        catalog_title=catalog.title,
        course_title=session.course.title,
        title=session.title,
        description=session.description or session.course.description,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        time_zone=session.time_zone,
        room_address=session.room_address,
        room_name=room_name,
        place=session.place,
        teams_meeting=session.teams_meeting,
        instructors=tuple(_participant(person) for person in instructors_of(session)),
        learners=tuple(_participant(person) for person in learners_of(session)),
        organiser=account.address,
        meeting_url=session.meeting_url,
        room_withheld=writes_calendar(account) and withholds_room(session, options, entry),
        ask_for_answers=options.ask_for_answers,
        by_mail_only=options.by_mail_only,
        on_entry=frozenset(own.answers) if own else frozenset(),
        # Whatever becomes of the event: a session that came by mail stays that way.
        by_mail=frozenset(map(UUID, entry.mailed)) if entry is not None else frozenset(),
    )


def _participant(person: Person) -> Participant:
    """Return a person as far as an entry knows them."""
    return Participant(person.pk, person.address, person.name)
