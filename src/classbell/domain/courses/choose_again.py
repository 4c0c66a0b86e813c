"""Asks learners to choose another session where the only one they had is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from classbell.domain.courses.offers import offer_of, places_left
from classbell.domain.notifications.notify import notify
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, EnrolmentType


def ask_to_choose_again(ports: Ports, session: CourseSession) -> None:
    """Ask the learners of a session cancelled just now to choose another, where there is one.

    Only in courses of which one session is enough: elsewhere people may have others already. Both
    those who had a place and those who waited are asked, in their order; somebody who has another
    session of the course is not.

    Args:
        ports: the outside world.
        session: as read by ``lock_session``; nothing was told of it by this function before.
    """
    if session.course.enrolment_type != EnrolmentType.SINGLE or not session.published:
        return
    learners = _without_another(session)
    open_ones = _open_sessions(ports, session) if learners else []
    if not open_ones:
        return
    catalog = session.course.catalog
    notify(
        ports,
        kind="session_needs_choosing",
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=learners,
        context={
            "session": str(session.pk),
            "open": " ".join(str(one.pk) for one in open_ones),
            "until": max(one.starts_at for one in open_ones).isoformat(),
        },
    )


def _without_another(session: CourseSession) -> list[UUID]:
    """Return the learners of a session who have no other one of its course."""
    rows = Enrolment.objects.exclude(state=EnrolmentState.CANCELLED)
    elsewhere = set(
        rows.filter(session__course=session.course_id, session__cancelled_at__isnull=True)
        .exclude(session=session)
        .values_list("person_id", flat=True)
    )
    here = rows.filter(session=session).order_by("created_at", "id")
    return [
        person for person in here.values_list("person_id", flat=True) if person not in elsewhere
    ]


def _open_sessions(ports: Ports, session: CourseSession) -> Sequence[CourseSession]:
    """Return the other sessions of the course that still take people, soonest first."""
    now = ports.clock.now()
    others = (
        CourseSession.objects.filter(
            course=session.course_id,
            published=True,
            cancelled_at__isnull=True,
            starts_at__gt=now,
        )
        .exclude(pk=session.pk)
        .select_related("course__catalog", "group")
        .order_by("starts_at", "code")
    )
    return [one for one in others if _takes_people(ports, one)]


def _takes_people(ports: Ports, session: CourseSession) -> bool:
    """Tell whether somebody could be enrolled in a session now."""
    offer = offer_of(ports, session)
    in_time = offer.deadline is None or offer.deadline >= ports.clock.now()
    return in_time and places_left(offer) != 0
