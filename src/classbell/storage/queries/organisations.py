"""Reads about organisations, their people and their roles."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from classbell.storage.models import Catalog, Person, Role
from classbell.storage.scope import Scope


def lms_admins(organisation_id: UUID) -> QuerySet[Person]:
    """Return the LMS admins of an organisation, by name."""
    return (
        Scope(organisation_id).of(Person).filter(roles__role=Role.LMS_ADMIN).order_by("name", "id")
    )


def catalog_admins(catalog: Catalog) -> QuerySet[Person]:
    """Return the admins of a catalog, by name."""
    people = Scope(catalog.organisation_id).of(Person)
    admins = people.filter(roles__role=Role.CATALOG_ADMIN, roles__catalog=catalog)
    return admins.order_by("name", "id").distinct()
