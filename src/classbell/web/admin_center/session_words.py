"""What Microsoft 365 holds for a session, in the words that admins read."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from classbell.domain.scheduling.entry_problems import ROOM_DECLINED
from classbell.domain.scheduling.rooms import answer_of_room
from classbell.ports.calendar import Answer
from classbell.storage.models import CourseSession, Entry, EntryState, Person
from classbell.web.translated import translated

Badge = tuple[str, str]
"""Kind (success, warning, danger, info or empty) and text of a badge."""

Line = tuple[str, str, str, str, str]
"""Icon, label, note, kind of badge, text of badge."""


def entry_of(session: CourseSession) -> Entry | None:
    """Return the session's entry, or None where nothing was ever requested."""
    return getattr(session, "entry", None)


def entry_badge(session: CourseSession, *, connected: bool) -> Badge:
    """Return in a word how far the calendar entry is; ``connected`` says if an account is there."""
    entry = entry_of(session)
    if session.cancelled_at is not None:
        gone = entry is None or entry.state != EntryState.CREATED
        return ("", _("Cancelled")) if gone else ("warning", _("Being cancelled"))
    if not session.published:
        return "", _("Draft")
    if entry is None:
        return ("info", _("Being requested")) if connected else ("", _("Not connected"))
    if problem_of(session):
        return "danger", _("Needs attention")
    return {
        EntryState.PLANNED: ("info", _("Being requested")),
        EntryState.CREATED: ("success", _("In the calendar")),
        EntryState.BY_MAIL: ("success", _("Invited by email")),
        EntryState.CANCELLED: ("", _("Cancelled")),
        EntryState.REFUSED: ("danger", _("Refused by Microsoft")),
    }[EntryState(entry.state)]


def problem_of(session: CourseSession) -> str:
    """Return what is wrong with the entry; empty where nothing is.

    The refusal of a room that the session does not have any more is none.
    """
    entry = entry_of(session)
    if entry is None:
        return ""
    refused = entry.problem_code == ROOM_DECLINED
    if refused and answer_of_room(session) is not Answer.DECLINED:
        return ""
    return translated(entry.problem)


def room_badge(session: CourseSession) -> Badge | None:
    """Return the room's answer, None where the session has no room of the directory."""
    if not session.room_address:
        return None
    entry = entry_of(session)
    if entry is None or entry.state != EntryState.CREATED:
        return "", _("Not requested")
    return {
        Answer.ACCEPTED: ("success", _("Accepted")),
        Answer.DECLINED: ("danger", _("Declined")),
        Answer.TENTATIVE: ("warning", _("Waits for approval")),
    }.get(answer_of_room(session), ("info", _("Requested")))


def is_under_way(session: CourseSession) -> bool:
    """Tell whether Microsoft 365 is still to do or to answer something for this session."""
    entry = entry_of(session)
    if session.cancelled_at is not None or not session.published:
        return False
    if entry is None or entry.state == EntryState.PLANNED:
        return True
    waiting = answer_of_room(session) is Answer.NONE
    return entry.state == EntryState.CREATED and bool(session.room_address) and waiting


def entry_lines(session: CourseSession, *, connected: bool) -> list[Line]:
    """Return the lines «what was booked»: calendar entry, room, Teams meeting, invitations."""
    entry, problem = entry_of(session), problem_of(session)
    kind, text = entry_badge(session, connected=connected)
    if entry is None and not connected:
        problem = _("No account is connected. Connecting one requests everything that is to come.")
    hint = _("Choose another room or another time.")
    if entry is not None and problem and entry.problem_code == ROOM_DECLINED:
        # The entry itself is there; only its room is missing.
        hint, problem, kind, text = problem, "", "success", _("In the calendar")
    lines: list[Line] = [("calendar", _("Calendar entry"), problem, kind, text)]
    room = room_badge(session)
    if room is not None:
        declined = answer_of_room(session) is Answer.DECLINED
        lines.append(("door", _("Room"), hint if declined else "", *room))
    if session.teams_meeting:
        note = translated(entry.meeting_problem) if entry else ""
        lines.append(("video", _("Teams meeting"), note, *_teams_badge(entry)))
    return lines


def can_be_mended(session: CourseSession, lines: Sequence[Line]) -> bool:
    """Tell whether asking Microsoft 365 again could mend anything.

    What is still under way goes on by itself, and a room that waits for somebody's approval has
    been asked.

    Args:
        session: what is booked for.
        lines: how all that is booked stands.
    """
    room_waits = answer_of_room(session) is Answer.TENTATIVE
    return any(
        kind == "danger" or (kind == "warning" and not (icon == "door" and room_waits))
        for icon, _label, _note, kind, _text in lines
    )


def _teams_badge(entry: Entry | None) -> Badge:
    """Return whether the join link is there."""
    if entry is not None and entry.join_url:
        if entry.meeting_problem:
            return "warning", _("Link ready, options not set")
        return "success", _("Link ready")
    if entry is not None and entry.state == EntryState.CREATED:
        return "warning", _("No link yet")
    return "", _("Not requested")


def invitation_badge(session: CourseSession, person: Person) -> Badge:
    """Return how somebody's invitation stands: sent, and what they answered."""
    entry = entry_of(session)
    if entry is None:
        return "", _("Not invited yet")
    if str(person.pk) in entry.mailed:
        return "success", _("Invited by email")
    if entry.state != EntryState.CREATED or not _is_attendee(entry, person):
        return "", _("Not invited yet")
    return {
        Answer.ACCEPTED: ("success", _("Accepted")),
        Answer.DECLINED: ("danger", _("Declined")),
        Answer.TENTATIVE: ("warning", _("Tentative")),
    }.get(answer_of(entry, person), ("info", _("Invited, no answer yet")))


def answer_of(entry: Entry, person: Person) -> Answer:
    """Return what somebody answered in Outlook."""
    return Answer(entry.answers.get(person.address_key) or Answer.NONE)


def _is_attendee(entry: Entry, person: Person) -> bool:
    """Tell whether somebody is on the entry as it was last written or read."""
    return person.address_key in entry.answers
