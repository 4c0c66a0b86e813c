"""What an LMS admin's lists of catalogs show."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, Count, Q, QuerySet, Value, When

from classbell.storage.models import AccountState, Catalog, Role
from classbell.storage.scope import Scope


def catalogs_by_title(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope by title."""
    return scope.of(Catalog).order_by("title", "slug")


def catalogs_lost_first(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope by title, those first whose connection is lost."""
    lost = Q(connection__enabled=True, connection__account__state=AccountState.LOST)
    order = Case(When(lost, then=Value(0)), default=Value(1))
    return scope.of(Catalog).order_by(order, "title", "slug")


def catalogs_sharing_first(scope: Scope) -> QuerySet[Catalog]:
    """Return the catalogs of a scope by title, those first that share their sessions."""
    order = Case(When(calendar_options__share=True, then=Value(0)), default=Value(1))
    return scope.of(Catalog).order_by(order, "title", "slug")


def catalogs_named(rows: QuerySet[Catalog], text: str) -> QuerySet[Catalog]:
    """Return those of some catalogs whose title or short name has a text; all where it is empty."""
    return rows.filter(Q(title__icontains=text) | Q(slug__icontains=text)) if text else rows


def catalogs_with_counts(scope: Scope, shown: Collection[Catalog]) -> list[Catalog]:
    """Return catalogs of a scope with connection, ``admins`` and ``course_count``.

    Args:
        scope: whose.
        shown: which, in the order of what is returned.
    """
    is_admin = Q(roles__role=Role.CATALOG_ADMIN)
    rows = scope.of(Catalog).select_related("connection__account")
    counted = rows.annotate(
        admins=Count("roles__person", filter=is_admin, distinct=True),
        course_count=Count("courses", distinct=True),
    )
    return in_order(counted, shown)


def in_order(rows: QuerySet[Catalog], shown: Collection[Catalog]) -> list[Catalog]:
    """Return those of some rows that a page shows, in its order."""
    found = rows.in_bulk([one.pk for one in shown])
    return [found[one.pk] for one in shown if one.pk in found]
