"""Reads about rooms, entries and who belongs on them."""

from __future__ import annotations

from uuid import UUID

from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
    Room,
)


def instructors_of(session: CourseSession) -> list[Person]:
    """Return who teaches a session and has an address, by name."""
    rows = Person.objects.filter(sessioninstructor__session=session).exclude(address="")
    return list(rows.order_by("name", "address_key"))


def learners_of(session: CourseSession) -> list[Person]:
    """Return who has a place in a session and an address, in the order of enrolling."""
    rows = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED)
    rows = rows.exclude(person__address="").select_related("person")
    return [row.person for row in rows.order_by("created_at", "person__address_key")]


def places_taken(session: CourseSession) -> int:
    """Return how many places on an event its learners, its instructors and its room take."""
    learners = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED).count()
    return learners + session.instructors.count() + bool(session.room_address)


def room_called(organisation_id: UUID, address: str) -> Room | None:
    """Return the room with this address, if the organisation's directory lists it."""
    return Room.objects.filter(organisation_id=organisation_id, address=address.casefold()).first()
