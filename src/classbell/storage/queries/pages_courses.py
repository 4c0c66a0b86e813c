"""What the pages about courses show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from classbell.storage.models import Course
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
