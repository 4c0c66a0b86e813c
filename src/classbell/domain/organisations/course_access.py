"""Who may work with which courses: a catalog's admins with all, course admins with their own."""

from __future__ import annotations

from uuid import UUID

from classbell.domain.organisations.access import Access, access_of, catalog_here, role_needed
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import NotAllowed
from classbell.storage.models import (
    Catalog,
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
    SessionInstructor,
)
from classbell.storage.scope import Scope


def require_courses(access: Access, slug: str) -> Catalog:
    """Return the catalog if the person administers it or courses of it.

    Raises:
        NotFoundHere: there is no such catalog in the person's own organisation.
        NotAllowed: they administer neither the catalog nor a course of it.
    """
    catalog = catalog_here(access, slug)
    if access.is_catalog_admin(catalog.id) or access.is_course_admin_in(catalog.id):
        return catalog
    raise role_needed(access, catalog)


def scope_in(access: Access, catalog: Catalog) -> Scope:
    """Return what of a catalog somebody administers: all of it, or the courses given to them."""
    if access.is_catalog_admin(catalog.id):
        return access.scope.narrowed_to(catalog.id)
    return Scope(access.person.organisation_id, frozenset({catalog.id})).limited_to(access.courses)


def require_actor_administers_course(actor: Actor, course: Course) -> None:
    """Let an act on a course pass: of its catalog's admins and of its own.

    The operator and Classbell itself, who are nobody of the organisation, pass.

    Raises:
        NotFoundHere: the person belongs to another organisation.
        NotAllowed: the person administers neither the catalog nor this course.
    """
    if actor.person is not None:
        _require_course(access_of(actor.person), course)


def require_actor_keeps_attendance(actor: Actor, session: CourseSession) -> None:
    """Let an act on a session's attendance list pass: of its admins and of those who teach it.

    Raises:
        NotFoundHere: the person belongs to another organisation.
        NotAllowed: the person neither administers the course nor teaches the session.
    """
    if actor.person is None or teaches(actor.person.pk, session):
        return
    _require_course(access_of(actor.person), session.course)


def require_actor_administers_learner(actor: Actor, catalog: Catalog, person: Person) -> None:
    """Let an act on a learner pass: of the catalog's admins, and of those of a course they take.

    Raises:
        NotFoundHere: the actor belongs to another organisation.
        NotAllowed: the actor administers neither the catalog nor a course that the person takes.
    """
    if actor.person is None:
        return
    access = access_of(actor.person)
    require_courses(access, catalog.slug)
    own = scope_in(access, catalog).of(Enrolment).filter(person=person)
    if access.is_catalog_admin(catalog.id):
        return
    if not own.exclude(state=EnrolmentState.CANCELLED).exists():
        raise NotAllowed(
            f"{person.name} takes none of the courses that you administer.",
            meaning="Nothing was changed.",
        )


def teaches(person_id: UUID, session: CourseSession) -> bool:
    """Tell whether somebody is an instructor of a session."""
    return SessionInstructor.objects.filter(person_id=person_id, session=session).exists()


def _require_course(access: Access, course: Course) -> None:
    """Let somebody pass who administers a course."""
    catalog = catalog_here(access, course.catalog.slug)
    if access.is_catalog_admin(catalog.id) or course.pk in access.courses:
        return
    refused = role_needed(access, catalog)
    if access.is_course_admin_in(catalog.id):
        refused = NotAllowed(
            f"This needs the role course admin of «{course.title}».",
            meaning=refused.meaning,
            remedy=refused.remedy,
        )
    raise refused
