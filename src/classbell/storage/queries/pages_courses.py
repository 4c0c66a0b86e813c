"""What the pages about courses show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from classbell.storage.models import Course, SessionGroup
from classbell.storage.scope import Scope


def courses(scope: Scope, *, now: datetime) -> QuerySet[Course]:
    """Return courses by title with ``coming`` sessions and the start of the ``next_at``."""
    coming = Q(
        sessions__ends_at__gt=now, sessions__cancelled_at__isnull=True, sessions__published=True
    )
    return (
        scope.of(Course)
        .annotate(
            coming=Count("sessions", filter=coming),
            next_at=Min("sessions__starts_at", filter=coming),
        )
        .order_by("title", "code")
    )


def course_in(scope: Scope, course_id: UUID) -> Course | None:
    """Return one course with its catalog, or None outside the scope."""
    return scope.of(Course).select_related("catalog").filter(pk=course_id).first()


def groups_of(scope: Scope, course: Course | None) -> list[SessionGroup]:
    """Return the groups of a course by title, with the number of sessions in each as ``size``."""
    if course is None:
        return []
    rows = scope.of(SessionGroup).filter(course=course)
    return list(rows.annotate(size=Count("sessions")).order_by("title", "code"))


def groups(scope: Scope) -> list[SessionGroup]:
    """Return every group of a catalog with its course, by the titles of both."""
    rows = scope.of(SessionGroup).select_related("course")
    return list(rows.order_by("course__title", "title", "code"))


def group_in(scope: Scope, group_id: UUID) -> SessionGroup | None:
    """Return one group with its course and catalog, or None outside the scope."""
    rows = scope.of(SessionGroup).select_related("course__catalog")
    return rows.filter(pk=group_id).annotate(size=Count("sessions")).first()
