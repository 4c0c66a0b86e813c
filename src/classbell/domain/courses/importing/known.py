"""What the catalog and its organisation know already, read in a few queries for a whole import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from classbell.storage.models import (
    Catalog,
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
    Room,
    SessionInstructor,
)

CHUNK = 500
"""How many values one query names; every database takes so many."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored, keyed as the files name it.

    Attributes:
        catalog: where the import goes.
        now: business time of reading.
        courses: by code.
        sessions: of the whole catalog, by code.
        teaching: addresses of the instructors of each session.
        enrolled: address keys of the learners of each session.
        people: by address key; by object id in ``people_by_id``.
        rooms: by address in lower case; empty where the organisation's rooms are not known.
        bookings: the catalog's sessions to come that want a room.
    """

    catalog: Catalog
    now: datetime
    courses: dict[str, Course]
    sessions: dict[str, CourseSession]
    teaching: dict[UUID, frozenset[str]]
    enrolled: dict[UUID, frozenset[str]]
    people: dict[str, Person]
    people_by_id: dict[UUID, Person]
    rooms: dict[str, Room]
    bookings: list[CourseSession]


def read_known(
    catalog: Catalog,
    now: datetime,
    *,
    session_codes: Iterable[str],
    addresses: Iterable[str],
    object_ids: Iterable[UUID],
) -> Known:
    """Read what an import of these sessions and people has to be compared with."""
    sessions = {
        session.code: session
        for codes in _chunks(session_codes)
        for session in CourseSession.objects.filter(
            course__catalog=catalog, code__in=codes
        ).select_related("course__catalog")
    }
    ids = [session.pk for session in sessions.values()]
    own = Person.objects.filter(organisation_id=catalog.organisation_id)
    people = [person for keys in _chunks(addresses) for person in own.filter(address_key__in=keys)]
    by_id = [person for keys in _chunks(object_ids) for person in own.filter(object_id__in=keys)]
    rooms = Room.objects.filter(organisation_id=catalog.organisation_id)
    return Known(
        catalog=catalog,
        now=now,
        courses={course.code: course for course in Course.objects.filter(catalog=catalog)},
        sessions=sessions,
        teaching=_addresses_by_session(ids, _instructors),
        enrolled=_addresses_by_session(ids, _learners),
        people={person.address_key: person for person in people},
        people_by_id={person.object_id: person for person in by_id if person.object_id},
        rooms={room.address.casefold(): room for room in rooms},
        bookings=list(
            CourseSession.objects.filter(
                course__catalog=catalog, ends_at__gt=now, cancelled_at__isnull=True
            ).exclude(room_address="")
        ),
    )


def _instructors(ids: Sequence[UUID]) -> Iterable[tuple[UUID, str]]:
    """Return pairs of session and instructor's address key."""
    rows = SessionInstructor.objects.filter(session__in=ids)
    return rows.values_list("session_id", "person__address_key")


def _learners(ids: Sequence[UUID]) -> Iterable[tuple[UUID, str]]:
    """Return pairs of session and enrolled learner's address key."""
    rows = Enrolment.objects.filter(session__in=ids, state=EnrolmentState.ENROLLED)
    return rows.values_list("session_id", "person__address_key")


def _addresses_by_session(
    ids: Sequence[UUID], read: Callable[[Sequence[UUID]], Iterable[tuple[UUID, str]]]
) -> dict[UUID, frozenset[str]]:
    """Gather pairs of session and address."""
    found: dict[UUID, set[str]] = {session_id: set() for session_id in ids}
    for chunk in _chunks(ids):
        for session_id, address in read(chunk):
            found[session_id].add(address)
    return {session_id: frozenset(addresses) for session_id, addresses in found.items()}


def _chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Split values, each once, into lists that one query can name."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), CHUNK):
        yield distinct[start : start + CHUNK]
