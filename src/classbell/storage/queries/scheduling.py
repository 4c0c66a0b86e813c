"""Reads about rooms, entries and who belongs on them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
    Role,
    RoleAssignment,
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


def admins_of(session: CourseSession) -> list[UUID]:
    """Return who administers a session: the admins of its catalog and of its course, each once."""
    course = session.course
    rows = RoleAssignment.objects.filter(
        Q(role=Role.CATALOG_ADMIN, catalog_id=course.catalog_id)
        | Q(role=Role.COURSE_ADMIN, course_id=course.pk)
    )
    return list(dict.fromkeys(rows.order_by("pk").values_list("person_id", flat=True)))


def room_called(organisation_id: UUID, address: str) -> Room | None:
    """Return the room with this address, if the organisation's directory lists it."""
    return Room.objects.filter(organisation_id=organisation_id, address=address.casefold()).first()
