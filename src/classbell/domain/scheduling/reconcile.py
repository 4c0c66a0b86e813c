"""Makes the calendar hold for a session what it should: the work «reconcile» of a mailbox lane.

Nothing is written to Microsoft inside a transaction: read, call, then write down what came of it,
on the condition that the row is still the one it began with. Whatever is repeated after a crash
finds what was done before: a create by its transaction id and by our id on the event, a patch by
comparing, a cancellation because the event is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling import entry_problems, entry_rows
from classbell.domain.scheduling.applied import Applied, to_send
from classbell.domain.scheduling.desired import SessionPicture, beyond_entry, desired_entry
from classbell.domain.scheduling.entry_problems import Problem
from classbell.domain.scheduling.mailed import invite_by_mail
from classbell.domain.scheduling.picture import picture_of
from classbell.domain.scheduling.request import COLLECTING
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.schedule_of_looks import PATIENCE, next_look
from classbell.domain.scheduling.situation import (
    STANDING,
    Situation,
    cleared_elsewhere_soon,
    events_to_clear,
    situation_of,
    still_connected,
)
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, DesiredEntry, EntrySnapshot
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.storage.models import Entry, EntryState, Lane

AT_ONCE = timedelta(seconds=1)
"""For looking again when the calendar changed under our hands."""

OF_THE_ENTRY = frozenset({VerdictKind.REFUSED, VerdictKind.OPERATOR_FAULT})
"""Verdicts that the session's page has to show, because waiting does not mend them."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What one reconciliation works with."""

    ports: Ports
    found: Situation
    picture: SessionPicture
    mailbox: Mailbox


def reconcile(ports: Ports, lane: Lane, session_id: str) -> datetime | None:
    """Make the account's calendar hold what the session needs. Uses the network.

    No entry stands for a session that is a draft, cancelled or over. While the catalog is switched
    off or disconnected nothing is made, changed or taken back.

    Args:
        ports: the outside world.
        lane: the account's lane.
        session_id: the session's id.

    Returns:
        When to look again, in business time, or None when everything is settled.

    Raises:
        ProviderFailure: Microsoft did not do it; the lane decides about trying again.
    """
    found = situation_of(ports, lane, UUID(session_id))
    if found is None:
        return None
    _clear_retired(ports, found)
    if not found.serves or found.over:
        return None
    if not found.wanted:
        _withdraw(ports, found)
        return None
    picture = picture_of(found.session, found.account)
    if not writes_calendar(found.account):
        _by_mail_alone(ports, found, picture)
        return None
    if cleared_elsewhere_soon(found.session, found.account):
        # The old account's event still holds the room.
        return found.now + COLLECTING
    return _by_entry(ports, found, picture)


def _by_entry(ports: Ports, found: Situation, picture: SessionPicture) -> datetime | None:
    """Make or keep the event, and write down what it looks like."""
    entry, fresh = entry_rows.prepare(ports, found, online=picture.teams_meeting)
    _clear_retired(ports, found)
    job = _Job(ports, found, picture, mailbox_for(ports, found.account.pk))
    if not still_connected(found.session.course.catalog_id, found.account.pk):
        return None
    try:
        return _brought_up_to_date(job, entry, fresh=fresh)
    except ProviderFailure as failure:
        if failure.verdict.kind in (VerdictKind.CONFLICT, VerdictKind.NOT_FOUND):
            # Somebody is at the event in Outlook right now; look at what they left.
            return found.now + COLLECTING
        if failure.verdict.kind in OF_THE_ENTRY or failure.verdict.permission:
            entry_rows.settle_refused(entry, entry_problems.refused(failure.verdict))
        raise


def _brought_up_to_date(job: _Job, entry: Entry, *, fresh: bool) -> datetime | None:
    """Let the event be what is wanted, settle, and return when to look again."""
    ports, found = job.ports, job.found
    current = _existing(job, entry, fresh=fresh)
    wanted = desired_entry(job.picture, entry.generation)
    wrote = current is None or not entry.applied
    if current is None:
        current = ports.calendar.create(job.mailbox, wanted)
    else:
        changed = _updated(job, wanted, current, entry)
        wrote = wrote or changed.etag != current.etag
        current = changed
    since = found.now if wrote or entry.applied_at is None else entry.applied_at
    problem = _problem(job, wanted, current, since)
    if not entry_rows.settle(
        ports, found, entry, wanted=wanted, current=current, wrote=wrote, problem=problem
    ):
        return found.now + AT_ONCE
    invite_by_mail(ports, found, entry, job.picture, beyond_entry(job.picture))
    room = entry_rows.room_answer(wanted, current)
    return next_look(
        since=since,
        now=found.now,
        until=found.session.starts_at,
        room_open=room is not None and room.answer in (Answer.NONE, Answer.TENTATIVE),
        link_open=wanted.online and not current.join_url,
    )


def _existing(job: _Job, entry: Entry, *, fresh: bool) -> EntrySnapshot | None:
    """Return the event as it is in the calendar, or None where it has to be made."""
    calendar = job.ports.calendar
    if not entry.event_id:
        # A create may have gone through without our knowing of it.
        return None if fresh else calendar.find(job.mailbox, str(job.found.session.pk))
    try:
        current = calendar.get(job.mailbox, entry.event_id)
    except ProviderFailure as failure:
        if failure.verdict.kind is not VerdictKind.NOT_FOUND:
            raise
    else:
        if not current.cancelled:
            return current
    entry_rows.renew_lost(job.ports, job.found, entry)
    return None


def _updated(
    job: _Job, wanted: DesiredEntry, current: EntrySnapshot, entry: Entry
) -> EntrySnapshot:
    """Send what differs; where somebody was faster, read and send once more."""
    calendar, applied = job.ports.calendar, Applied.read(entry.applied)
    online = _asks_online(job, wanted, current, applied)
    try:
        return calendar.update(
            job.mailbox, current, to_send(wanted, current, applied, online=online)
        )
    except ProviderFailure as failure:
        if failure.verdict.kind is not VerdictKind.CONFLICT:
            raise
    current = calendar.get(job.mailbox, current.event_id)
    return calendar.update(job.mailbox, current, to_send(wanted, current, applied, online=online))


def _asks_online(job: _Job, wanted: DesiredEntry, current: EntrySnapshot, applied: Applied) -> bool:
    """Tell whether to ask for a Teams meeting.

    Where Microsoft gave none when asked, asking again mails everybody for nothing, so it is done
    only once the calendar says that it may make one.
    """
    if not wanted.online or current.online:
        return False
    if not applied.asked_online or applied.was_online:
        return True
    return job.ports.calendar.facts(job.mailbox).teams_meetings


def _problem(job: _Job, wanted: DesiredEntry, current: EntrySnapshot, since: datetime) -> Problem:
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
    if beyond := beyond_entry(job.picture):
        problems.append(entry_problems.too_many(len(beyond)))
    return entry_problems.joined(problems)


def _by_mail_alone(ports: Ports, found: Situation, picture: SessionPicture) -> None:
    """Invite everybody by mail, because the account may not write its calendar."""
    own = found.own_entry
    if own is not None and own.state == EntryState.CREATED:
        # The permission was there and is gone: the event stays, newcomers get a mail instead.
        newcomers = [person for person in picture.everybody if person.key not in own.answers]
        invite_by_mail(ports, found, own, picture, newcomers)
        return
    entry, _ = entry_rows.prepare(ports, found, online=picture.teams_meeting)
    invite_by_mail(ports, found, entry, picture, picture.everybody)
    entry_rows.settle_by_mail(entry, entry_problems.calendar_not_granted(picture))


def _withdraw(ports: Ports, found: Situation) -> None:
    """Cancel the event of a session that does not take place, telling everybody on it."""
    entry = found.entry
    if entry is None or entry.state not in (*STANDING, EntryState.BY_MAIL):
        return
    if found.own_entry is None:
        entry_rows.give_up_elsewhere(ports, found, entry)
        return
    if entry.state in STANDING and writes_calendar(found.account):
        mailbox = mailbox_for(ports, found.account.pk)
        event_id = entry.event_id
        if not event_id:
            made = ports.calendar.find(mailbox, str(found.session.pk))
            event_id = made.event_id if made else ""
        if event_id:
            ports.calendar.cancel(mailbox, event_id, _comment(found))
    entry_rows.settle_cancelled(ports, found, entry)


def _comment(found: Situation) -> str:
    """Return what people read in the cancellation."""
    name = f"{found.session.course.title}: {found.session.title}"
    if found.session.cancelled_at is not None:
        return f"«{name}» was cancelled."
    return f"«{name}» was withdrawn."


def _clear_retired(ports: Ports, found: Situation) -> None:
    """Cancel events of the session that were given up in this account's calendar."""
    retired = events_to_clear(found.session, found.account)
    if not retired:
        return
    mailbox = mailbox_for(ports, found.account.pk)
    for event in retired:
        ports.calendar.cancel(mailbox, event.event_id, event.comment)
        entry_rows.settle_cleared(found, event)
