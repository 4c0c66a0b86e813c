"""What an LMS admin's lists of catalogs show."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from classbell.storage.models import AccountState, Catalog, Course, Role, RoleAssignment
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
    is_admin = Q(role=Role.CATALOG_ADMIN)
    rows = scope.of(Catalog).select_related("connection__account")
    counted = rows.annotate(
        admins=_count(RoleAssignment.objects.filter(is_admin), "person"),
        course_count=_count(Course.objects.all(), "pk"),
    )
    return in_order(counted, shown)


def in_order(rows: QuerySet[Catalog], shown: Collection[Catalog]) -> list[Catalog]:
    """Return those of some rows that a page shows, in its order."""
    found = rows.in_bulk([one.pk for one in shown])
    return [found[one.pk] for one in shown if one.pk in found]


def _count(rows: QuerySet[RoleAssignment] | QuerySet[Course], column: str) -> Coalesce:
    """Count, for each catalog, different values of a column of some rows that belong to it."""
    own = rows.filter(catalog=OuterRef("pk")).order_by().values("catalog")
    counted = own.annotate(value=Count(column, distinct=True)).values("value")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
