"""What a catalog has chosen about calendars, as scheduling reads it."""

from __future__ import annotations

from uuid import UUID

from classbell.domain.scheduling.applied import Applied
from classbell.ports.calendar import Answer
from classbell.storage.models import CalendarOptions, CourseSession, Entry, EntryState


def calendar_options(catalog_id: UUID) -> CalendarOptions:
    """Return a catalog's choices; the defaults, unsaved, where it never made any."""
    found = CalendarOptions.objects.filter(catalog_id=catalog_id).first()
    return found or CalendarOptions(catalog_id=catalog_id)


def withholds_room(session: CourseSession, options: CalendarOptions, entry: Entry | None) -> bool:
    """Tell whether people are not told of a session's room yet.

    Once it has accepted it is told, and what was told once is not taken back: while a moved session
    waits for the room's new answer, everybody would be told twice.

    Args:
        session: whose room it is.
        options: the catalog's choices.
        entry: the session's entry, if any.
    """
    if not options.place_when_firm or not session.room_address:
        return False
    if entry is None:
        return True
    if entry.state == EntryState.BY_MAIL or entry.room_answer == Answer.ACCEPTED:
        # Without the calendar no room is asked, so none will ever accept.
        return False
    return Applied.read(entry.applied).told_room != session.room_address
