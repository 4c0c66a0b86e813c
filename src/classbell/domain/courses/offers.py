"""What people enrol to: a session, a group of sessions, or every session of a course."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, EnrolmentType


@dataclass(frozen=True, slots=True)
class Offer:
    """Sessions that are taken together, or one that stands alone.

    Attributes:
        title: what people choose: the session's, the group's or the course's title.
        sessions: all that are to be taken and are not over, soonest first.
        seats: most learners of the whole; None for no limit. Each session keeps its own limit.
        deadline: aware UTC; until when one may enrol, None for no deadline.
    """

    title: str
    sessions: tuple[CourseSession, ...]
    seats: int | None
    deadline: datetime | None

    @property
    def waits(self) -> bool:
        """Whether somebody who finds no place may wait for one."""
        return self.sessions[0].course.waiting_list

    @property
    def ids(self) -> frozenset[UUID]:
        """The sessions' ids."""
        return frozenset(session.pk for session in self.sessions)


def offer_of(ports: Ports, session: CourseSession) -> Offer:
    """Return what somebody who wants this session enrols to.

    Drafts, cancelled sessions and those that are over are not taken with the others. The course
    decides first, then the session's group (the fields of Learn365's course and group have the
    same meaning: EnrollToAll counts the course's MaxAttendees, a group counts its own).

    Args:
        ports: the outside world.
        session: as read by ``lock_session``, whose lock on the course covers the whole offer.
    """
    course, group = session.course, session.group
    if course.enrolment_type == EnrolmentType.ALL:
        rows = CourseSession.objects.filter(course=course)
        title, seats, deadline = course.title, course.seats, course.enrolment_deadline
    elif group is not None:
        rows = CourseSession.objects.filter(group=group)
        title, seats, deadline = group.title, group.seats, group.enrolment_deadline
    else:
        return Offer(session.title, (session,), session.seats, session.enrolment_deadline)
    others = (
        rows.filter(published=True, cancelled_at__isnull=True, ends_at__gt=ports.clock.now())
        .exclude(pk=session.pk)
        .select_related("course__catalog", "group")
    )
    together = sorted((session, *others), key=lambda one: (one.starts_at, one.code))
    return Offer(title, tuple(together), seats, deadline)


def places_left(offer: Offer) -> int | None:
    """Return how many more people can have all of the offer; None where nothing limits it."""
    enrolled = Enrolment.objects.filter(session__in=offer.ids, state=EnrolmentState.ENROLLED)
    left = []
    if any(session.seats is not None for session in offer.sessions):
        counts = enrolled.values_list("session_id").annotate(Count("id")).order_by()
        taken = dict(counts)
        left += [
            session.seats - taken.get(session.pk, 0)
            for session in offer.sessions
            if session.seats is not None
        ]
    if offer.seats is not None and len(offer.sessions) > 1:
        left.append(offer.seats - enrolled.values("person_id").distinct().count())
    return max(min(left), 0) if left else None


def people_with_all(offer: Offer, among: Collection[UUID]) -> set[UUID]:
    """Return those of some people who have a place in every session of the offer."""
    rows = (
        Enrolment.objects.filter(
            session__in=offer.ids, person__in=among, state=EnrolmentState.ENROLLED
        )
        .values_list("person_id")
        .annotate(have=Count("id"))
        .order_by()
    )
    return {person_id for person_id, have in rows if have == len(offer.sessions)}
