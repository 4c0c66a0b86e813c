"""What the pages about roles show."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import Catalog, Person, Role, RoleAssignment
from classbell.storage.queries.people_holding import holding
from classbell.storage.scope import Scope

MOST_FOUND = 20


def lms_roles(scope: Scope) -> QuerySet[RoleAssignment]:
    """Return who is LMS admin of an organisation, by name."""
    return _held(scope).filter(role=Role.LMS_ADMIN)


def roles_of_catalog(scope: Scope, catalog: Catalog) -> QuerySet[RoleAssignment]:
    """Return who has which role in a catalog and its courses: catalog admins first, by name."""
    return _held(scope).filter(catalog=catalog).order_by("role", "person__name", "id")


def role_in(scope: Scope, assignment_id: int) -> RoleAssignment | None:
    """Return one role with its person, catalog and course; None outside the scope."""
    return _held(scope).filter(pk=assignment_id).first()


def catalogs_with_admins(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope by title, with the number of their ``admins``."""
    admins = Count("roles", filter=Q(roles__role=Role.CATALOG_ADMIN))
    return scope.of(Catalog).annotate(admins=admins).order_by("title", "slug")


def people_called(scope: Scope, text: str) -> list[Person]:
    """Return the people whose name or address holds a text, by name; the first twenty."""
    text = text.strip()
    if not text:
        return []
    found = holding(scope.of(Person), text).order_by("name", "address_key")
    return list(found[:MOST_FOUND])


def person_in(scope: Scope, person_id: str) -> Person | None:
    """Return somebody of the organisation by what a form sent; None where it means nobody."""
    try:
        known = UUID(person_id)
    except ValueError:
        return None
    return scope.of(Person).filter(pk=known).first()


def _held(scope: Scope) -> QuerySet[RoleAssignment]:
    """Return the roles of a scope with those who have them."""
    rows = scope.of(RoleAssignment).select_related("person", "catalog", "course")
    return rows.order_by("person__name", "id")
