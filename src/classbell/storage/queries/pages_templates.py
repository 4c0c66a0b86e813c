"""What the pages about notifications and their templates show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from classbell.storage.models import (
    Catalog,
    Course,
    CourseNotification,
    CourseSession,
    Enrolment,
    EnrolmentState,
    NotificationTemplate,
    Person,
    Role,
    RoleAssignment,
    SessionInstructor,
    TemplateVersion,
)
from classbell.storage.scope import Scope

TAKING_PART = (EnrolmentState.ENROLLED, EnrolmentState.WAITING)


def templates(scope: Scope) -> dict[str, NotificationTemplate]:
    """Return what a catalog has made of its notifications, by kind."""
    return {one.kind: one for one in scope.of(NotificationTemplate)}


def versions(scope: Scope, kind: str) -> QuerySet[TemplateVersion]:
    """Return the versions of a notification, newest first."""
    return scope.of(TemplateVersion).filter(template__kind=kind).order_by("-number")


def courses_with_switch(scope: Scope, kind: str) -> QuerySet[CourseNotification]:
    """Return the courses that have their own switch for a kind, by title."""
    rows = scope.of(CourseNotification).filter(kind=kind).select_related("course")
    return rows.order_by("course__title", "course__code")


def courses_matching(scope: Scope, text: str) -> QuerySet[Course]:
    """Return courses by title; ``text`` is part of a title or code, empty for all."""
    rows = scope.of(Course).order_by("title", "code")
    return rows.filter(Q(title__icontains=text) | Q(code__icontains=text)) if text else rows


def sessions_to_choose(scope: Scope, now: datetime, most: int) -> list[CourseSession]:
    """Return sessions for a preview: those to come, soonest first, then those that are over."""
    rows = scope.of(CourseSession).select_related("course")
    coming = list(rows.filter(ends_at__gt=now).order_by("starts_at", "pk")[:most])
    if len(coming) == most:
        return coming
    over = rows.filter(ends_at__lte=now).order_by("-starts_at", "pk")
    return [*coming, *over[: most - len(coming)]]


def session_to_show(catalog: Catalog, session_id: UUID) -> CourseSession | None:
    """Return a session of a catalog, or None outside it."""
    rows = CourseSession.objects.filter(course__catalog=catalog)
    return rows.select_related("course__catalog").filter(pk=session_id).first()


def people_of_session(session: CourseSession, most: int) -> list[Person]:
    """Return who has a place in a session or waits for one, then who teaches it, by name."""
    learners = Person.objects.filter(
        enrolments__session=session, enrolments__state__in=TAKING_PART
    ).order_by("name", "pk")[:most]
    teaching = Person.objects.filter(sessioninstructor__session=session).order_by("name", "pk")
    return list(dict.fromkeys((*learners, *teaching[:most])))


def admins_of(catalog: Catalog) -> list[Person]:
    """Return the admins of a catalog, by name."""
    rows = Person.objects.filter(
        pk__in=RoleAssignment.objects.filter(role=Role.CATALOG_ADMIN, catalog=catalog).values(
            "person_id"
        )
    )
    return list(rows.order_by("name", "pk"))


def is_of_catalog(catalog: Catalog, person: Person) -> bool:
    """Tell whether somebody learns, teaches or has a role in a catalog."""
    learns = Enrolment.objects.filter(
        person=person, session__course__catalog=catalog, state__in=TAKING_PART
    )
    teaches = SessionInstructor.objects.filter(person=person, session__course__catalog=catalog)
    administers = RoleAssignment.objects.filter(
        person=person, role=Role.CATALOG_ADMIN, catalog=catalog
    )
    return learns.exists() or teaches.exists() or administers.exists()


def largest_session(catalog: Catalog) -> int:
    """Return how many people are enrolled in the fullest session of a catalog."""
    rows = Enrolment.objects.filter(
        session__course__catalog=catalog, state=EnrolmentState.ENROLLED
    ).values("session_id")
    fullest = rows.annotate(people=Count("pk")).order_by(F("people").desc()).first()
    return fullest["people"] if fullest else 0


def people_named(organisation_id: UUID, ids: tuple[UUID, ...]) -> list[Person]:
    """Return people of an organisation by their ids, by name."""
    return list(Person.objects.filter(pk__in=ids, organisation_id=organisation_id).order_by("name"))
