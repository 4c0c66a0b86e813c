"""What the page of a session's learners shows."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from classbell.storage.models import CourseSession, Enrolment, EnrolmentState


def places(session: CourseSession) -> QuerySet[Enrolment]:
    """Return who has a place, by name."""
    rows = session.enrolments.filter(state=EnrolmentState.ENROLLED)
    return rows.select_related("person").order_by("person__name", "id")


def waiting(session: CourseSession) -> QuerySet[Enrolment]:
    """Return who waits for a place, first come first."""
    rows = session.enrolments.filter(state=EnrolmentState.WAITING)
    return rows.select_related("person").order_by("created_at", "id")


def other_sessions(session: CourseSession, *, now: datetime) -> QuerySet[CourseSession]:
    """Return the published sessions of the same course that are still to come, soonest first."""
    rows = CourseSession.objects.filter(
        course_id=session.course_id, published=True, cancelled_at__isnull=True, starts_at__gt=now
    )
    return rows.exclude(pk=session.pk).select_related("course__catalog").order_by("starts_at")
