"""The attendance of many people at once, as other programs say it: by id or by address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from classbell.domain.courses.attendance import record_attendance
from classbell.domain.organisations.addresses import address_key
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.many_people import Given, look_up
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Organisation


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody and their share in per cent; None takes back what was said."""

    person: Given
    share: int | None


@dataclass(frozen=True, slots=True)
class Marks:
    """Shares by person id, and how many were named whom nobody knows."""

    attended: Mapping[UUID, int | None]
    unknown: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of everybody who was named; each is counted once.

    Attributes:
        recorded: of whom something else is said now than before.
        already: of whom the same was said before.
        no_place: who have no place in the session; nothing is kept of them.
    """

    recorded: int
    already: int
    no_place: int


def look_up_marks(organisation: Organisation, marks: Sequence[Mark]) -> Marks:
    """Find who is meant, before the transaction that ``record_marks`` is part of.

    Args:
        organisation: whose people.
        marks: at most 50,000; somebody may be named twice if the same is said of them.

    Raises:
        InvalidInput: too many, an address that cannot be one, or two shares for one person.
        NotFoundHere: an id is nobody's of this organisation.
    """
    known = look_up(organisation, [mark.person for mark in marks])
    attended: dict[UUID, int | None] = {}
    unknown: set[str] = set()
    for mark in marks:
        key = address_key(mark.person.address)
        found = known.by_key.get(key) if mark.person.id is None else known.by_id[mark.person.id]
        if found is None:
            unknown.add(key)
        elif attended.setdefault(found.pk, mark.share) != mark.share:
            raise InvalidInput(
                f"{found.address} is named twice, with different shares.",
                field="people",
                meaning="Nothing was saved.",
            )
    return Marks(attended, len(unknown))


def record_marks(ports: Ports, *, session: CourseSession, marks: Marks, actor: Actor) -> Recorded:
    """Write down how much of a session these people attended.

    Args:
        ports: the outside world.
        session: which one.
        marks: as found by ``look_up_marks``.
        actor: who says so.

    Raises:
        InvalidInput, NotAllowed, NotFoundHere: as for ``record_attendance``.
    """
    with transaction.atomic():
        changed = record_attendance(ports, session=session, attended=marks.attended, actor=actor)
        places = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED)
        having = marks.attended.keys() & set(places.values_list("person_id", flat=True))
    missing = len(marks.attended) - len(having) + marks.unknown
    return Recorded(changed, len(having) - changed, missing)
