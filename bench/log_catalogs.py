"""The catalogs of an organisation of a given size for the bench of pages; needs Django's settings.

Each catalog has the same few courses and sessions, so that a page shows as many rows in a large
organisation as in a small one.
"""

from collections.abc import Iterator
from datetime import timedelta

from classbell.delivery.hourly import count_hours
from classbell.delivery.lanes import housekeeping_lane
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Organisation,
    Person,
)
from tests.support import NOW, a_catalog

COURSES, SESSIONS, LEARNERS = 6, 5, 12
"""Courses of a catalog, sessions of a course, learners of a session."""

BATCH = 1_000


def write_catalogs(organisation: Organisation, number: int) -> None:
    """Write so many catalogs, the known one among them, with courses, sessions and learners."""
    catalogs = [a_catalog()]
    for at in range(1, number):
        slug, title = f"school-{at}", f"School {at:03}"
        catalogs.append(a_catalog(slug, title, organisation))
    people = list(Person.objects.order_by("address")[: LEARNERS * 20])
    courses = [course for catalog in catalogs for course in _courses(catalog)]
    Course.objects.bulk_create(courses, batch_size=BATCH)
    sessions = [session for course in courses for session in _sessions(course)]
    CourseSession.objects.bulk_create(sessions, batch_size=BATCH)
    enrolments = [
        Enrolment(
            session=session,
            person=people[(at * 7 + seat) % len(people)],
            state=EnrolmentState.ENROLLED,
            created_at=NOW,
        )
        for at, session in enumerate(sessions)
        for seat in range(min(LEARNERS, len(people)))
    ]
    Enrolment.objects.bulk_create(enrolments, batch_size=BATCH)


def count_all_hours(ports: Ports) -> None:
    """Count messages by the hour as a worker has done all along."""
    count_hours(ports.clock, housekeeping_lane(None), "messages")


def _courses(catalog: Catalog) -> Iterator[Course]:
    for at in range(COURSES):
        yield Course(catalog=catalog, code=f"C-{at}", title=f"Course {at}", created_at=NOW)


def _sessions(course: Course) -> Iterator[CourseSession]:
    for at in range(SESSIONS):
        starts_at = NOW + timedelta(days=3 + 7 * at)
        yield CourseSession(
            course=course,
            code=f"S-{at}",
            title=f"Session {at}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            time_zone="Europe/Copenhagen",
            seats=20,
            room_address="room.a@contoso.example" if at % 2 else "",
            created_at=NOW,
        )
