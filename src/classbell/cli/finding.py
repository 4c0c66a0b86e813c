"""Rows as an operator names them on the command line: catalogs by slug, the rest by code or id."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from classbell.ports.errors import NotFoundHere

if TYPE_CHECKING:
    from classbell.storage.models import (
        Catalog,
        Course,
        CourseSession,
        Notification,
        SessionGroup,
    )


def catalog_named(slug: str) -> Catalog:
    """Return the catalog of that short name.

    Raises:
        NotFoundHere: there is none.
    """
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    found = operator.catalog_named(slug)
    if found is None:
        raise NotFoundHere(f"There is no catalog «{slug}».", remedy="See classbell catalogs list.")
    return found


def course_named(catalog: Catalog, name: str) -> Course:
    """Return the course of that code, or of that id.

    Raises:
        NotFoundHere: there is none in the catalog.
    """
    from classbell.storage.models import Course  # noqa: PLC0415 -- needs Django's settings

    rows = Course.objects.filter(catalog=catalog).select_related("catalog__organisation")
    found = rows.filter(code=name).first()
    identity = as_id(name)
    if found is None and identity is not None:
        found = rows.filter(pk=identity).first()
    if found is None:
        raise NotFoundHere(
            f"There is no course {name} in the catalog {catalog.slug}.",
            remedy=f"See: classbell courses list --catalog {catalog.slug}",
        )
    return found


def session_named(catalog: Catalog, name: str) -> CourseSession:
    """Return the session of that code, or of that id.

    Raises:
        NotFoundHere: there is none in the catalog.
    """
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    found = operator.session_of(catalog.slug, name, identity=as_id(name))
    if found is None:
        raise NotFoundHere(
            f"There is no session {name} in the catalog {catalog.slug}.",
            remedy=f"See: classbell sessions list --catalog {catalog.slug}",
        )
    return found


def group_named(course: Course, name: str) -> SessionGroup:
    """Return the group of that code, or of that id.

    Raises:
        NotFoundHere: there is none in the course.
    """
    from classbell.storage.models import SessionGroup  # noqa: PLC0415 -- needs Django's settings

    rows = SessionGroup.objects.filter(course=course).select_related("course__catalog")
    found = rows.filter(code=name).first()
    identity = as_id(name)
    if found is None and identity is not None:
        found = rows.filter(pk=identity).first()
    if found is None:
        raise NotFoundHere(
            f"There is no group {name} in the course {course.code}.",
            remedy="See: classbell groups list "
            f"--catalog {course.catalog.slug} --course {course.code}",
        )
    return found


def notification_named(catalog: Catalog, identity: UUID) -> Notification:
    """Return a notification of a catalog.

    Raises:
        NotFoundHere: there is none in the catalog.
    """
    from classbell.storage.models import Notification  # noqa: PLC0415 -- needs Django's settings

    rows = Notification.objects.filter(catalog=catalog).defer("audience")
    found = rows.filter(pk=identity).first()
    if found is None:
        raise NotFoundHere(
            f"There is no notification {identity} in the catalog {catalog.slug}.",
            remedy=f"See: classbell notifications list --catalog {catalog.slug}",
        )
    return found


def as_id(name: str) -> UUID | None:
    """Return a name as an id, or None where it cannot be one."""
    try:
        return UUID(name)
    except ValueError:
        return None
