"""What the pages about sessions show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    Entry,
    EntryState,
    Message,
    Room,
)
from classbell.storage.scope import Scope

ENROLLED = Q(enrolments__state=EnrolmentState.ENROLLED)


def sessions(scope: Scope, *, now: datetime, past: bool) -> QuerySet[CourseSession]:
    """Return sessions with course, entry and number of enrolled learners (``enrolled``).

    Args:
        scope: the catalogs to look in.
        now: business time.
        past: those that are over, latest first; else those to come or under way, soonest first.
    """
    rows = (
        scope.of(CourseSession)
        .select_related("course", "entry")
        .annotate(enrolled=Count("enrolments", filter=ENROLLED))
    )
    if past:
        return rows.filter(ends_at__lte=now).order_by("-starts_at", "id")
    return rows.filter(ends_at__gt=now).order_by("starts_at", "id")


def sessions_between(
    scope: Scope, *, start: datetime, end: datetime, course: str = ""
) -> QuerySet[CourseSession]:
    """Return sessions that start in a period, soonest first, with their course.

    Args:
        scope: the catalogs to look in.
        start: aware, when the period begins.
        end: aware, the first moment that is no more part of it.
        course: code of the only course to show; empty for all.
    """
    rows = scope.of(CourseSession).filter(starts_at__gte=start, starts_at__lt=end)
    if course:
        rows = rows.filter(course__code=course)
    return rows.select_related("course").order_by("starts_at", "id")


def session_in(scope: Scope, session_id: UUID) -> CourseSession | None:
    """Return one session with course, entry and instructors, or None outside the scope."""
    return (
        scope.of(CourseSession)
        .select_related("course__catalog", "entry__account")
        .prefetch_related("instructors")
        .filter(pk=session_id)
        .first()
    )


def enrolled_people(session: CourseSession) -> QuerySet[Enrolment]:
    """Return who is enrolled in a session, by name."""
    return (
        session.enrolments.filter(state=EnrolmentState.ENROLLED)
        .select_related("person")
        .order_by("person__name", "id")
    )


def confirmation_states(session: CourseSession) -> dict[UUID, str]:
    """Return for each enrolled person how their latest confirmation of this session stands."""
    rows = (
        Message.objects.filter(
            notification__kind="enrolment_confirmed",
            notification__about_session=str(session.pk),
            person__enrolments__session=session,
        )
        .order_by("id")
        .values_list("person_id", "state")
    )
    return dict(rows)


def room_names(scope: Scope) -> dict[str, str]:
    """Return the names of the organisation's rooms by address."""
    return dict(scope.of(Room).values_list("address", "name"))


def rooms_to_book(scope: Scope, *, now: datetime) -> int:
    """Return how many sessions to come name a room that has not accepted."""
    accepted = Entry.objects.filter(
        session=OuterRef("pk"), state=EntryState.CREATED, room_answer="accepted"
    )
    return (
        scope.of(CourseSession)
        .filter(~Exists(accepted), ends_at__gt=now, cancelled_at=None, published=True)
        .exclude(room_address="")
        .count()
    )
