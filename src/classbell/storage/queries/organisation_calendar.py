"""Reads about the organisation's calendar."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from classbell.storage.models import CalendarOptions, Catalog, EntryState, SharedEntry
from classbell.storage.scope import Scope


def sharing_of(catalog: Catalog) -> CalendarOptions:
    """Return what a catalog has chosen about calendars; the defaults where it chose nothing."""
    found = CalendarOptions.objects.filter(catalog=catalog).first()
    return found or CalendarOptions(catalog=catalog)


def shared_count(catalog: Catalog) -> int:
    """Return how many of a catalog's sessions the organisation's calendar shows now."""
    rows = SharedEntry.objects.filter(session__course__catalog=catalog)
    return rows.filter(state=EntryState.CREATED).count()


def sharing_of_all(scope: Scope) -> QuerySet[Catalog]:
    """Return an organisation's catalogs with what they share, those that do first.

    Returns:
        Catalogs by title with their ``calendar_options``, and ``shown``, the sessions that the
        organisation's calendar shows now.
    """
    shown = Q(courses__sessions__shared_entry__state=EntryState.CREATED)
    return (
        scope.of(Catalog)
        .select_related("calendar_options")
        .annotate(shown=Count("courses__sessions__shared_entry", filter=shown))
        .order_by("-calendar_options__share", "title", "slug")
    )
