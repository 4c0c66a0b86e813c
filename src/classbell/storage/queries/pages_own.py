"""What people see of their own: sessions they take, sessions open to them, sessions they teach."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    EnrolmentType,
    Message,
    Person,
    SessionInstructor,
)
from classbell.storage.scope import Scope

PLACE_GIVEN = "place_offered"
"""The kind of notification that tells somebody of a place that became free for them."""


def own_enrolments(person: Person, *, now: datetime, past: bool) -> QuerySet[Enrolment]:
    """Return where somebody has a place or waits for one, with session, course and catalog.

    Args:
        person: whose.
        now: business time.
        past: those that are over, latest first; else those to come or under way, soonest first.
    """
    rows = (
        Scope(person.organisation_id)
        .of(Enrolment)
        .filter(person=person, session__published=True)
        .exclude(state=EnrolmentState.CANCELLED)
        .select_related("session__course__catalog", "session__group")
    )
    if past:
        return rows.filter(session__ends_at__lte=now).order_by("-session__starts_at", "id")
    return rows.filter(session__ends_at__gt=now).order_by("session__starts_at", "id")


def places_given(person: Person) -> set[UUID]:
    """Return the sessions of which somebody was told that a place had become free for them."""
    rows = Message.objects.filter(person=person, notification__kind=PLACE_GIVEN)
    contexts = rows.values_list("notification__context", flat=True)
    return {UUID(context["session"]) for context in contexts}


def open_sessions(person: Person, *, now: datetime, catalog: str = "") -> QuerySet[CourseSession]:
    """Return the sessions in which somebody may enrol themselves, or wait for a place.

    Those in which they have a place or wait for one are left out, and the others of a course of
    which one session is enough. Which of the sessions that are
    taken together begins first is not asked here.

    Args:
        person: who looks.
        now: business time.
        catalog: short name of the only catalog to show; empty for all of the organisation.
    """
    own = Enrolment.objects.filter(person=person).exclude(state=EnrolmentState.CANCELLED)
    same_course = own.filter(session__course=OuterRef("course"), session__cancelled_at__isnull=True)
    enough = Q(course__enrolment_type=EnrolmentType.SINGLE) & Exists(same_course)
    rows = (
        Scope(person.organisation_id)
        .of(CourseSession)
        .filter(
            _in_time(now),
            ~enough,
            ~Exists(own.filter(session=OuterRef("pk"))),
            published=True,
            cancelled_at=None,
            starts_at__gt=now,
            course__self_enrolment=True,
        )
    )
    if catalog:
        rows = rows.filter(course__catalog__slug=catalog)
    enrolled = Count("enrolments", filter=Q(enrolments__state=EnrolmentState.ENROLLED))
    rows = rows.select_related("course__catalog", "group").annotate(enrolled=enrolled)
    return rows.order_by("starts_at", "id")


def visible_session(person: Person, session_id: UUID) -> CourseSession | None:
    """Return a published session of somebody's organisation, or None."""
    rows = Scope(person.organisation_id).of(CourseSession).filter(pk=session_id, published=True)
    return rows.select_related("course__catalog", "group").first()


def taught_sessions(person: Person, *, now: datetime, past: bool) -> QuerySet[CourseSession]:
    """Return the published sessions that somebody teaches, with the number ``enrolled``.

    Args:
        person: who teaches.
        now: business time.
        past: those that are over, latest first; else those to come or under way, soonest first.
    """
    rows = _taught(person).annotate(
        enrolled=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.ENROLLED))
    )
    if past:
        return rows.filter(ends_at__lte=now).order_by("-starts_at", "id")
    return rows.filter(ends_at__gt=now).order_by("starts_at", "id")


def taught_session(person: Person, session_id: UUID) -> CourseSession | None:
    """Return a published session if somebody teaches it."""
    return _taught(person).filter(pk=session_id).first()


def teaches_anything(person: Person) -> bool:
    """Tell whether somebody is an instructor of any session."""
    return SessionInstructor.objects.filter(person=person).exists()


def _taught(person: Person) -> QuerySet[CourseSession]:
    """Return the published sessions that somebody teaches."""
    own = SessionInstructor.objects.filter(session=OuterRef("pk"), person=person)
    rows = Scope(person.organisation_id).of(CourseSession).filter(Exists(own), published=True)
    return rows.select_related("course__catalog", "group")


def _in_time(now: datetime) -> Q:
    """Return what holds before the deadline of a course, of a group, or of a session alone."""

    def before(lookup: str) -> Q:
        return Q(**{lookup: None}) | Q(**{f"{lookup}__gte": now})

    whole = Q(course__enrolment_type=EnrolmentType.ALL)
    grouped = ~whole & Q(group__isnull=False)
    alone = ~whole & Q(group__isnull=True)
    return (
        (whole & before("course__enrolment_deadline"))
        | (grouped & before("group__enrolment_deadline"))
        | (alone & before("enrolment_deadline"))
    )
