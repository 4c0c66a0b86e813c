"""Groups: sessions of a course that are taken together, with places and a deadline of their own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from classbell.domain.courses.courses import checked_code, checked_title
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.courses.waiting import fill_places
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    EnrolmentType,
    SessionGroup,
)


@dataclass(frozen=True, slots=True)
class GroupDetails:
    """What an admin states about a group.

    Attributes:
        title: what people choose.
        seats: most learners of the group; None for no limit. Each session keeps its own limit.
        enrolment_deadline: aware UTC; None for no deadline.
    """

    title: str
    seats: int | None = None
    enrolment_deadline: datetime | None = None


def group_of(course: Course, code: str) -> SessionGroup:
    """Return the group of a course with a code.

    Raises:
        InvalidInput: there is none.
    """
    found = SessionGroup.objects.filter(course=course, code=code).first()
    if found is None:
        raise InvalidInput(
            f"There is no group «{code}» in this course.",
            field="group",
            remedy="Make the group first, or name another one.",
        )
    return found


def create_group(
    ports: Ports, *, course: Course, code: str, details: GroupDetails, actor: Actor
) -> SessionGroup:
    """Add a group to a course; sessions are put into it in their own form.

    Args:
        ports: the outside world.
        course: where it belongs.
        code: its short name, unique in the course, at most 60 characters.
        details: title, seats and deadline.
        actor: who adds it.

    Raises:
        InvalidInput: the code is taken, a detail cannot be used, or all sessions of the course are
            taken together anyway.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, course)
    code, details = checked_code(code), _checked(details)
    with transaction.atomic():
        locked = Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
        if locked.enrolment_type == EnrolmentType.ALL:
            raise InvalidInput(
                "In this course all sessions are taken together.",
                meaning="A group of some of them would mean nothing.",
                remedy="Let people enrol in one session or group, then make groups.",
            )
        if SessionGroup.objects.filter(course=course, code=code).exists():
            raise InvalidInput(
                f"There is a group «{code}» in this course already.",
                field="code",
                remedy="Choose another code, or change that group.",
            )
        group = SessionGroup.objects.create(
            course=course, code=code, created_at=ports.clock.now(), **asdict(details)
        )
        _record(ports, group, actor, "group.created", after=details)
    return group


def update_group(ports: Ports, *, group: SessionGroup, details: GroupDetails, actor: Actor) -> bool:
    """Change a group; seats that this adds go to those who wait.

    Returns:
        Whether anything changed.

    Raises:
        InvalidInput: a detail cannot be used, or more people take the group than it would seat.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, group.course)
    details = _checked(details)
    with transaction.atomic():
        Course.objects.select_for_update(of=("self",)).get(pk=group.course_id)
        stored = SessionGroup.objects.get(pk=group.pk)
        before = GroupDetails(stored.title, stored.seats, stored.enrolment_deadline)
        if before == details:
            return False
        _refuse_too_few_seats(ports, group, details)
        SessionGroup.objects.filter(pk=group.pk).update(**asdict(details))
        for session in _to_come(ports, group):
            fill_places(ports, lock_session(session.pk))
        _record(ports, group, actor, "group.changed", before=before, after=details)
    return True


def delete_group(ports: Ports, *, group: SessionGroup, actor: Actor) -> None:
    """Remove a group that has no sessions.

    Raises:
        InvalidInput: a session is in it.
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, group.course)
    with transaction.atomic():
        Course.objects.select_for_update(of=("self",)).get(pk=group.course_id)
        sessions = CourseSession.objects.filter(group=group).count()
        if sessions:
            raise InvalidInput(
                f"«{group.title}» has 1 session."
                if sessions == 1
                else f"«{group.title}» has {sessions} sessions.",
                meaning="The group was not removed.",
                remedy="Take its sessions out of the group first.",
            )
        _record(ports, group, actor, "group.removed")
        group.delete()


def move_to_group(ports: Ports, session: CourseSession, group: SessionGroup | None) -> bool:
    """Put a session into a group or take it out, in the caller's transaction.

    Args:
        ports: the outside world.
        session: as read by ``lock_session``.
        group: where it belongs from now on; None for a session that is taken alone.

    Returns:
        Whether that is a change. The caller then takes those along who take the group.

    Raises:
        InvalidInput: the group is another course's, or somebody takes the session as it is.
    """
    if session.group_id == (group.pk if group else None):
        return False
    if group is not None and group.course_id != session.course_id:
        raise InvalidInput(
            f"«{group.title}» is a group of another course.",
            field="group",
            remedy="Choose a group of the session's own course.",
        )
    people = Enrolment.objects.filter(session=session).exclude(state=EnrolmentState.CANCELLED)
    if session.ends_at > ports.clock.now() and people.exists():
        raise InvalidInput(
            "Somebody is enrolled in this session.",
            field="group",
            meaning="What they are enrolled in would change its meaning.",
            remedy="Unenrol them first, or make another session.",
        )
    session.group = group
    session.save(update_fields=["group"])
    return True


def _checked(details: GroupDetails) -> GroupDetails:
    """Return the details as they are stored, or refuse them."""
    if details.seats is not None and details.seats < 1:
        raise InvalidInput("A group needs at least one seat.", field="seats")
    return GroupDetails(checked_title(details.title), details.seats, details.enrolment_deadline)


def _to_come(ports: Ports, group: SessionGroup) -> list[CourseSession]:
    """Return the sessions of a group that are not over."""
    return list(CourseSession.objects.filter(group=group, ends_at__gt=ports.clock.now()))


def _refuse_too_few_seats(ports: Ports, group: SessionGroup, details: GroupDetails) -> None:
    """Refuse to take seats away that learners have."""
    if details.seats is None:
        return
    rows = Enrolment.objects.filter(
        session__in=_to_come(ports, group), state=EnrolmentState.ENROLLED
    )
    taken = rows.values("person_id").distinct().count()
    if taken > details.seats:
        raise InvalidInput(
            f"{taken} learners take the group, and it would have {details.seats} seats.",
            field="seats",
            remedy=f"Leave at least {taken} seats, or unenrol learners first.",
        )


def _record(
    ports: Ports,
    group: SessionGroup,
    actor: Actor,
    action: str,
    *,
    before: GroupDetails | None = None,
    after: GroupDetails | None = None,
) -> None:
    """Write the audit row of an act on a group."""
    catalog = group.course.catalog
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"group:{group.course.code}/{group.code}",
        before=_facts(before),
        after=_facts(after),
    )


def _facts(details: GroupDetails | None) -> dict[str, object] | None:
    """Return what the record keeps of a group."""
    if details is None:
        return None
    deadline = details.enrolment_deadline
    return {
        "title": details.title,
        "seats": details.seats,
        "enrolment_deadline": deadline.isoformat() if deadline else None,
    }
