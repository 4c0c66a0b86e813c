"""Reads a session from the store as the picture that its entry is made from."""

from __future__ import annotations

from classbell.domain.scheduling.desired import Participant, SessionPicture
from classbell.storage.models import Account, CourseSession, Person
from classbell.storage.queries.scheduling import instructors_of, learners_of, room_called


def picture_of(session: CourseSession, account: Account) -> SessionPicture:
    """Return everything about a session that its entry in this account's calendar shows."""
    catalog = session.course.catalog
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
    )


def _participant(person: Person) -> Participant:
    """Return a person as far as an entry knows them."""
    return Participant(person.pk, person.address, person.name)
