"""What a catalog has chosen about calendars, as scheduling reads it."""

from __future__ import annotations

from uuid import UUID

from classbell.storage.models import CalendarOptions


def calendar_options(catalog_id: UUID) -> CalendarOptions:
    """Return a catalog's choices; the defaults, unsaved, where it never made any."""
    found = CalendarOptions.objects.filter(catalog_id=catalog_id).first()
    return found or CalendarOptions(catalog_id=catalog_id)
