"""How people enrol to a course: to one session, to all or to as many as they like; and waiting."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from classbell.domain.courses.courses import (
    CourseDetails,
    create_course,
    upcoming_sessions,
    update_course,
)
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.courses.waiting import fill_places
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import Catalog, Course, Enrolment, EnrolmentState, EnrolmentType


@dataclass(frozen=True, slots=True)
class EnrolmentRules:
    """How a course takes people.

    Attributes:
        enrolment_type: to which of its sessions somebody goes.
        seats: most learners where all sessions are taken together; None for no limit.
        waiting_list: whether somebody who finds no place may wait for one.
        enrolment_deadline: aware UTC, until when one may enrol where all sessions are taken
            together; None for no deadline.
        self_enrolment: whether people of the organisation may enrol themselves.
    """

    enrolment_type: EnrolmentType = EnrolmentType.MULTIPLE
    seats: int | None = None
    waiting_list: bool = False
    enrolment_deadline: datetime | None = None
    self_enrolment: bool = True


def open_course(
    ports: Ports,
    *,
    catalog: Catalog,
    code: str,
    details: CourseDetails,
    rules: EnrolmentRules,
    actor: Actor,
) -> Course:
    """Add a course that takes people in this way; one transaction.

    Raises:
        InvalidInput: code, title or rules cannot be used.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    with transaction.atomic():
        course = create_course(ports, catalog=catalog, code=code, details=details, actor=actor)
        set_rules(ports, course=course, rules=rules, actor=actor)
    return course


def revise_course(
    ports: Ports, *, course: Course, details: CourseDetails, rules: EnrolmentRules, actor: Actor
) -> None:
    """Change a course and how it takes people; one transaction.

    Raises:
        InvalidInput: title or rules cannot be used.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    with transaction.atomic():
        set_rules(ports, course=course, rules=rules, actor=actor)
        update_course(ports, course=course, details=details, actor=actor)


def set_rules(ports: Ports, *, course: Course, rules: EnrolmentRules, actor: Actor) -> bool:
    """Change how a course takes people; seats that this adds go to those who wait.

    Returns:
        Whether anything changed.

    Raises:
        InvalidInput: less than one seat, or another type while people are enrolled.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    catalog = course.catalog
    require_actor_administers_course(actor, course)
    if rules.seats is not None and rules.seats < 1:
        raise InvalidInput("A course needs at least one seat.", field="seats")
    with transaction.atomic():
        locked = Course.objects.select_for_update().get(pk=course.pk)
        after = asdict(rules)
        before = {name: getattr(locked, name) for name in after}
        if before == after:
            return False
        if locked.enrolment_type != rules.enrolment_type:
            _refuse_while_enrolled(ports, locked)
        Course.objects.filter(pk=course.pk).update(**after)
        for name, value in after.items():
            setattr(course, name, value)
        for session in upcoming_sessions(ports, course):
            fill_places(ports, lock_session(session.pk))
        record(
            ports,
            actor=actor,
            catalog=catalog,
            action="course.enrolment_changed",
            subject=f"course:{course.code}",
            before=_facts(before),
            after=_facts(after),
        )
    return True


def _facts(rules: dict[str, object]) -> dict[str, object]:
    """Return the rules as the record keeps them."""
    deadline = rules["enrolment_deadline"]
    told = deadline.isoformat() if isinstance(deadline, datetime) else None
    return {**rules, "enrolment_deadline": told}


def _refuse_while_enrolled(ports: Ports, course: Course) -> None:
    """Refuse to change the meaning of enrolments that people have."""
    people = Enrolment.objects.filter(
        session__course=course,
        session__cancelled_at__isnull=True,
        session__ends_at__gt=ports.clock.now(),
    ).exclude(state=EnrolmentState.CANCELLED)
    if people.exists():
        raise InvalidInput(
            "Somebody is enrolled in sessions of this course that are still to come.",
            field="enrolment_type",
            meaning="What they are enrolled in would change its meaning.",
            remedy="Unenrol them first, or make another course.",
        )
