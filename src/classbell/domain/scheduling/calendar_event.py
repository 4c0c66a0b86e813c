"""Brings the event of a session to what is wanted: made, found again, changed, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from classbell.domain.scheduling import entry_problems, entry_rows
from classbell.domain.scheduling.applied import Applied, to_send
from classbell.domain.scheduling.desired import SessionPicture, beyond_entry, is_full
from classbell.domain.scheduling.entry_problems import Problem
from classbell.domain.scheduling.repairs import Repairs, after_look
from classbell.domain.scheduling.schedule_of_looks import PATIENCE
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, DesiredEntry, EntrySnapshot
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.storage.models import Entry


@dataclass(frozen=True, slots=True)
class Job:
    """What one reconciliation works with."""

    ports: Ports
    found: Situation
    picture: SessionPicture
    mailbox: Mailbox


def existing_event(job: Job, entry: Entry, *, fresh: bool) -> EntrySnapshot | None:
    """Return the event as it is in the calendar, or None where there is none."""
    calendar = job.ports.calendar
    if not entry.event_id:
        # A create may have gone through without our knowing of it.
        return None if fresh else calendar.find(job.mailbox, str(job.found.session.pk))
    try:
        current = calendar.get(job.mailbox, entry.event_id)
    except ProviderFailure as failure:
        if failure.verdict.kind is not VerdictKind.NOT_FOUND:
            raise
        return None
    return None if current.cancelled else current


def updated_event(
    job: Job, wanted: DesiredEntry, current: EntrySnapshot, entry: Entry
) -> tuple[EntrySnapshot, Repairs]:
    """Send what differs; where somebody was faster, read and send once more.

    Returns:
        The event as it is then, and what was repaired of it so far.

    Raises:
        ProviderFailure: verdict ``CONFLICT`` also where they moved the event, which is looked at
            first.
    """
    calendar, applied = job.ports.calendar, Applied.read(entry.applied)
    online = _asks_online(job, wanted, current, applied)
    whole = to_send(wanted, current, applied, online=online)
    repairs = after_look(wanted, calendar.differences(current, whole), applied, job.found.now)
    send = partial(to_send, wanted, applied=applied, online=online, untouched=repairs.untouched)
    try:
        return calendar.update(job.mailbox, current, send(current=current)), repairs
    except ProviderFailure as failure:
        if failure.verdict.kind is not VerdictKind.CONFLICT:
            raise
        before, current = current, calendar.get(job.mailbox, current.event_id)
        if (before.starts_at, before.ends_at) != (current.starts_at, current.ends_at):
            raise
    return calendar.update(job.mailbox, current, send(current=current)), repairs


def problem_of(job: Job, wanted: DesiredEntry, current: EntrySnapshot, since: datetime) -> Problem:
    """Say what is wrong with the event last written at ``since``, if anything."""
    problems: list[Problem] = []
    if wanted.online and not current.online:
        facts = job.ports.calendar.facts(job.mailbox)
        problems.append(
            entry_problems.teams_refused(
                job.found.account.address, allowed_now=facts.teams_meetings
            )
        )
    elif wanted.online and not current.join_url and job.found.now - since >= PATIENCE:
        problems.append(entry_problems.teams_late())
    room = entry_rows.room_answer(wanted, current)
    if room is not None and room.answer is Answer.DECLINED:
        problems.append(entry_problems.room_declined(job.picture))
    beyond = beyond_entry(job.picture)
    if beyond and is_full(job.picture):
        problems.append(entry_problems.too_many(len(beyond)))
    return entry_problems.joined(problems)


def _asks_online(job: Job, wanted: DesiredEntry, current: EntrySnapshot, applied: Applied) -> bool:
    """Tell whether to ask for a Teams meeting.

    Where Microsoft gave none when asked, asking again mails everybody for nothing, so it is done
    only once the calendar says that it may make one.
    """
    if not wanted.online or current.online:
        return False
    if not applied.asked_online or applied.was_online:
        return True
    return job.ports.calendar.facts(job.mailbox).teams_meetings
