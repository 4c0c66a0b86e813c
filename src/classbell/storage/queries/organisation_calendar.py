"""Reads about the organisation's calendar."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Q

from classbell.storage.models import CalendarOptions, Catalog, EntryState, SharedEntry
from classbell.storage.queries.pages_catalogs import in_order
from classbell.storage.scope import Scope


def sharing_of(catalog: Catalog) -> CalendarOptions:
    """Return what a catalog has chosen about calendars; the defaults where it chose nothing."""
    found = CalendarOptions.objects.filter(catalog=catalog).first()
    return found or CalendarOptions(catalog=catalog)


def shared_count(catalog: Catalog) -> int:
    """Return how many of a catalog's sessions the organisation's calendar shows now."""
    rows = SharedEntry.objects.filter(session__course__catalog=catalog)
    return rows.filter(state=EntryState.CREATED).count()


def sharing_of_all(scope: Scope, shown: Collection[Catalog]) -> list[Catalog]:
    """Return catalogs of a scope with what they share.

    Args:
        scope: whose.
        shown: which, in the order of what is returned.

    Returns:
        Catalogs with their ``calendar_options``, and ``shown``, the sessions that the
        organisation's calendar shows now.
    """
    created = Q(courses__sessions__shared_entry__state=EntryState.CREATED)
    rows = scope.of(Catalog).select_related("calendar_options")
    counted = rows.annotate(shown=Count("courses__sessions__shared_entry", filter=created))
    return in_order(counted, shown)
