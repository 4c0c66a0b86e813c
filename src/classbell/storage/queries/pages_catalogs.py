"""What an LMS admin's list of all catalogs shows."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import Catalog, Role
from classbell.storage.scope import Scope


def all_catalogs(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope with connection, ``admins`` and ``course_count``."""
    return (
        scope.of(Catalog)
        .select_related("connection__account")
        .annotate(
            admins=Count("roles__person", filter=Q(roles__role=Role.CATALOG_ADMIN), distinct=True),
            course_count=Count("courses", distinct=True),
        )
        .order_by("title", "slug")
    )
