"""How a session stands in the organisation's calendar, in the words that admins read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classbell.domain.scheduling.shared_rows import LEFT
from classbell.ports.calendar import Answer
from classbell.storage.models import CourseSession, EntryState, SharedEntry, SharedWay
from classbell.web.admin_center.session_words import Badge, Line
from classbell.web.translated import translated


def shared_lines(session: CourseSession) -> list[Line]:
    """Return the line about the organisation's calendar; none where it never was to be there."""
    row = SharedEntry.objects.filter(session=session).first()
    if row is None:
        return []
    note = translated(row.problem) or row.calendar_address
    return [("calendar_checkmark", _("Organization calendar"), note, *_badge(row))]


def _badge(row: SharedEntry) -> Badge:
    """Return in a word how far it is."""
    if row.problem:
        return "danger", _("Needs attention")
    if row.state == EntryState.CREATED:
        return _badge_of_shown(row)
    return {
        LEFT: ("", _("Left there")),
        EntryState.CANCELLED: ("", _("Removed")),
    }.get(row.state, ("info", _("Being requested")))


def _badge_of_shown(row: SharedEntry) -> Badge:
    """Return what the calendar has made of an entry that is there."""
    if row.way == SharedWay.WRITE or row.answer == Answer.ACCEPTED:
        return "success", _("Shown")
    if row.answer == Answer.DECLINED:
        return "warning", _("The calendar declined")
    return "info", _("Invited")
