"""Reads about the organisation's calendar."""

from __future__ import annotations

from classbell.storage.models import CalendarOptions, Catalog, EntryState, SharedEntry


def sharing_of(catalog: Catalog) -> CalendarOptions:
    """Return what a catalog has chosen about calendars; the defaults where it chose nothing."""
    found = CalendarOptions.objects.filter(catalog=catalog).first()
    return found or CalendarOptions(catalog=catalog)


def shared_count(catalog: Catalog) -> int:
    """Return how many of a catalog's sessions the organisation's calendar shows now."""
    rows = SharedEntry.objects.filter(session__course__catalog=catalog)
    return rows.filter(state=EntryState.CREATED).count()
