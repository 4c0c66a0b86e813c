"""Changing somebody's session for another of the same course."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.courses.enrol import enrol, take_back
from classbell.domain.courses.enrolment_rows import record_people
from classbell.domain.courses.offers import offer_of, places_left
from classbell.domain.courses.seat_refusals import NOBODY
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.courses.waiting import fill_places, waiting_people
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Person


def change_place(
    ports: Ports, *, person: Person, leave: CourseSession, take: CourseSession, actor: Actor
) -> None:
    """Give a learner a place in another session of the course instead of the one they have.

    One transaction: they never have both or neither. The place that they leave goes to whoever
    waits longest for it.

    Raises:
        InvalidInput: the other session is of another course or takes nobody, has no free place
            (people who wait there come first), or the learner has nothing to leave. Nothing is
            changed then.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, leave.course)
    if take.course_id != leave.course_id:
        raise InvalidInput(
            f"«{take.title}» belongs to another course.",
            field="session",
            meaning="Nothing changed.",
        )
    with transaction.atomic():
        # Both belong to one course, whose lock comes first: two changes cannot block each other.
        left = lock_session(leave.pk)
        taken = lock_session(take.pk)
        old, new = offer_of(ports, left), offer_of(ports, taken)
        if old.ids == new.ids:
            raise InvalidInput(
                f"«{taken.title}» is taken together with «{left.title}».",
                meaning="Nothing changed.",
            )
        if not take_back(ports, left, [person]):
            raise InvalidInput(
                f"{person.name} is not enrolled in «{left.title}».", meaning="Nothing changed."
            )
        free = places_left(new)
        if free is not None and free <= len(waiting_people(new)):
            raise InvalidInput(
                f"«{new.title}» has no free place.",
                field="session",
                meaning=f"{person.name} keeps «{left.title}». {NOBODY}",
                remedy="Give it more seats, or choose another session.",
            )
        enrol(ports, session=taken, people=[person], actor=actor)
        record_people(ports, left, actor, "session.left_for_another", [person])
        fill_places(ports, left)
