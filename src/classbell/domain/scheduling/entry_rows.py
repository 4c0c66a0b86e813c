"""Writes what is known of an entry; every write is conditional on the entry it was read from."""

from __future__ import annotations

from django.db import transaction

from classbell.domain.scheduling.applied import Applied, written
from classbell.domain.scheduling.entry_problems import Problem, joined, room_word
from classbell.domain.scheduling.entry_writes import tell as _tell
from classbell.domain.scheduling.entry_writes import write_if_same as _unchanged
from classbell.domain.scheduling.inviting import tell_left_out
from classbell.domain.scheduling.outlook_edits import rewritten, was_decided
from classbell.domain.scheduling.repairs import Repairs
from classbell.domain.scheduling.request import request_clearing, request_watch
from classbell.domain.scheduling.room_news import tell_refusal, with_refusal
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, AttendeeAnswer, DesiredEntry, EntrySnapshot
from classbell.storage.models import AccountState, Entry, EntryState, RetiredEvent

RETIRED = "This calendar entry was replaced by a new one."


def prepare(ports: Ports, found: Situation, *, online: bool) -> tuple[Entry, bool]:
    """Make sure that there is a row for the event to be made or kept in this account's calendar.

    A new generation begins where the old event cannot become what is wanted: it is in another
    account's calendar, was cancelled, or has a Teams meeting that nobody wants any more, which
    Graph cannot take back (https://learn.microsoft.com/graph/api/resources/event, isOnlineMeeting).

    Args:
        ports: the outside world.
        found: the situation.
        online: whether a Teams meeting is wanted.

    Returns:
        The row, and whether it is fresh: nobody can have tried to make its event yet.
    """
    with transaction.atomic():
        entry = Entry.objects.select_for_update().filter(session=found.session).first()
        if entry is None:
            return _planned(found), True
        applied = Applied.read(entry.applied)
        elsewhere = entry.account_id != found.account.pk
        unwanted_meeting = applied.was_online and not online
        if not (elsewhere or unwanted_meeting or entry.state == EntryState.CANCELLED):
            return entry, False
        if entry.event_id and entry.state != EntryState.CANCELLED:
            _retire(ports, found, entry)
        _renew(found, entry)
        return entry, True


def begin_anew(ports: Ports, found: Situation) -> None:
    """Give the event up for a new one, in the caller's transaction, with the row locked by it."""
    if found.entry is not None:
        _retire(ports, found, found.entry)
        _renew(found, found.entry)


def renew_lost(ports: Ports, found: Situation, entry: Entry) -> None:
    """Begin a new generation, because the event is gone from the calendar."""
    was_told = was_decided(Applied.read(entry.applied))
    with transaction.atomic():
        _renew(found, entry)
        if not was_told:
            _tell(ports, found, "session.entry_missing")


def settle(
    ports: Ports,
    found: Situation,
    entry: Entry,
    *,
    wanted: DesiredEntry,
    current: EntrySnapshot,
    wrote: bool,
    repairs: Repairs,
    problem: Problem,
) -> bool:
    """Write down what the calendar holds now, and tell what is new about it.

    Returns:
        Whether the row was still the one that the work began with.
    """
    room = room_answer(wanted, current)
    before_room, before_link, before_told = entry.room_answer, entry.join_url, entry.told
    first = entry.state != EntryState.CREATED
    edit = rewritten(repairs, entry.edited, found.now)
    problem = joined([problem] + ([edit.problem] if edit else []))
    changes = _seen(entry, wanted, current, room)
    changes |= {
        "problem_code": problem.code[:100],
        "problem": problem.text[:500],
        "edited": edit.stored() if edit else {},
        "read_at": found.now,
    }
    if wrote:
        changes["applied_at"] = found.now
    if wrote or repairs != Repairs.read(Applied.read(entry.applied)):
        changes["applied"] = written(wanted, current, repairs.stored()).stored()
    with transaction.atomic():
        tell_left_out(ports, found, entry, current)
        if not _unchanged(entry, changes):
            transaction.set_rollback(True)
            return False
        tell_refusal(ports, found, before_told, entry.told)
        if first:
            _tell(ports, found, "session.entry_created")
            request_watch(ports, found.account)
        if current.join_url and current.join_url != before_link:
            _tell(ports, found, "teams.link_created")
        if room and room.answer.value != before_room and (word := room_word(room.answer)):
            _tell(ports, found, word, room=room.address)
    return True


def _seen(
    entry: Entry, wanted: DesiredEntry, current: EntrySnapshot, room: AttendeeAnswer | None
) -> dict[str, object]:
    """Return what was read from the calendar, as the row keeps it."""
    return {
        "state": EntryState.CREATED,
        "event_id": current.event_id,
        "etag": current.etag,
        "ical_uid": current.ical_uid,
        "join_url": current.join_url,
        "room_answer": room.answer.value if room else "",
        "room_answered_at": room.answered_at if room else None,
        "answers": {a.address.casefold(): a.answer.value for a in current.answers},
        "inviting": {},
        "told": with_refusal(entry.told, wanted, room),
    }


def settle_cancelled(ports: Ports, found: Situation, entry: Entry) -> None:
    """Write down that no event stands for the session any more."""
    with transaction.atomic():
        changes: dict[str, object] = {
            "state": EntryState.CANCELLED,
            "join_url": "",
            "room_answer": "",
            "room_answered_at": None,
            "answers": {},
            "meeting_options": {},
            "meeting_problem": "",
            "problem_code": "",
            "problem": "",
            "edited": {},
            "read_at": found.now,
        }
        had_link = bool(entry.join_url)
        if _unchanged(entry, changes):
            _tell(ports, found, "session.entry_cancelled")
            if had_link:
                _tell(ports, found, "teams.link_ended")


def give_up_elsewhere(ports: Ports, found: Situation, entry: Entry) -> None:
    """Let another account's lane cancel its event of a session that does not take place."""
    with transaction.atomic():
        if entry.event_id:
            _retire(ports, found, entry)
        settle_cancelled(ports, found, entry)


def settle_by_mail(entry: Entry, problem: Problem) -> None:
    """Write down that people are invited by mail alone."""
    _unchanged(
        entry,
        {"state": EntryState.BY_MAIL, "problem_code": problem.code, "problem": problem.text},
    )


def settle_refused(entry: Entry, problem: Problem) -> None:
    """Write down that Microsoft refused; an event that stands already stays what it was."""
    changes: dict[str, object] = {"problem_code": problem.code[:100], "problem": problem.text[:500]}
    if not entry.event_id:
        changes["state"] = EntryState.REFUSED
    _unchanged(entry, changes)


def settle_meeting(entry: Entry, options: dict[str, object], problem: str) -> None:
    """Write down which options the Teams meeting has, and why it has not those it should."""
    _unchanged(entry, {"meeting_options": options, "meeting_problem": problem[:500]})


def settle_cleared(found: Situation, retired: RetiredEvent) -> None:
    """Write down that a retired event is cancelled."""
    rows = RetiredEvent.objects.filter(pk=retired.pk, cancelled_at__isnull=True)
    rows.update(cancelled_at=found.now)


def room_answer(wanted: DesiredEntry, current: EntrySnapshot) -> AttendeeAnswer | None:
    """Return what the room has said; None where no room is wanted.

    A room that is not on the event any more, because somebody took it off in Outlook, has said
    nothing.
    """
    room = next((a for a in wanted.attendees if a.kind.value == "resource"), None)
    if room is None:
        return None
    key = room.address.address.casefold()
    for answer in current.answers:
        if answer.address.casefold() == key:
            return answer
    return AttendeeAnswer(room.address.address, room.kind, Answer.NONE)


def _planned(found: Situation) -> Entry:
    """Write the first row of a session."""
    return Entry.objects.create(
        session=found.session,
        account=found.account,
        state=EntryState.PLANNED,
        requested_at=found.now,
    )


def _retire(ports: Ports, found: Situation, entry: Entry) -> None:
    """Remember the old event until it is cancelled, by its own account's lane."""
    RetiredEvent.objects.create(
        session=found.session,
        account=entry.account,
        event_id=entry.event_id,
        ical_uid=entry.ical_uid,
        comment=_replaced(found, entry),
        retired_at=found.now,
    )
    if entry.account_id != found.account.pk and entry.account.state == AccountState.CONNECTED:
        request_clearing(ports, found.session, entry.account)


def _replaced(found: Situation, entry: Entry) -> str:
    """Return what people read in the cancellation of an event that another takes over from."""
    if entry.account_id == found.account.pk:
        return RETIRED
    return f"The session takes place. A new invitation comes from {found.account.address}."


def _renew(found: Situation, entry: Entry) -> None:
    """Turn the row to a new event."""
    generation = entry.generation
    entry.generation = generation + 1
    entry.account = found.account
    entry.state = EntryState.PLANNED
    entry.event_id = entry.etag = entry.ical_uid = entry.join_url = ""
    entry.applied = {}
    entry.edited = {}
    entry.answers = {}
    entry.meeting_options = {}
    entry.meeting_problem = ""
    entry.room_answer = ""
    entry.room_answered_at = None
    entry.requested_at = found.now
    Entry.objects.filter(pk=entry.pk, generation=generation).update(
        generation=entry.generation,
        account=entry.account,
        state=entry.state,
        event_id="",
        etag="",
        ical_uid="",
        join_url="",
        applied={},
        edited={},
        answers={},
        meeting_options={},
        meeting_problem="",
        room_answer="",
        room_answered_at=None,
        requested_at=entry.requested_at,
    )
