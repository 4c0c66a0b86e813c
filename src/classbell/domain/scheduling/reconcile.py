"""Makes the calendar hold for a session what it should: the work «reconcile» of a mailbox lane.

Nothing is written to Microsoft inside a transaction: read, call, then write down what came of it,
on the condition that the row is still the one it began with. Whatever is repeated after a crash
finds what was done before: a create by its transaction id and by our id on the event, a patch by
comparing, a cancellation because the event is gone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling import entry_problems, entry_rows
from classbell.domain.scheduling.applied import Applied
from classbell.domain.scheduling.calendar_event import (
    Job,
    existing_event,
    problem_of,
    updated_event,
)
from classbell.domain.scheduling.desired import SessionPicture, beyond_entry, desired_entry
from classbell.domain.scheduling.entry_edits import settle_edited
from classbell.domain.scheduling.former_account import (
    ask_room_again,
    tell_dead_invitations,
    waits_for_room,
)
from classbell.domain.scheduling.inviting import begin_inviting, look_after_a_crash
from classbell.domain.scheduling.mailed import invite_by_mail
from classbell.domain.scheduling.meeting_options import bring_meeting_options
from classbell.domain.scheduling.outlook_edits import noticed
from classbell.domain.scheduling.picture import picture_of
from classbell.domain.scheduling.repairs import Repairs
from classbell.domain.scheduling.request import COLLECTING
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.schedule_of_looks import PATIENCE, next_look
from classbell.domain.scheduling.situation import (
    Situation,
    cleared_elsewhere_soon,
    situation_of,
    still_connected,
)
from classbell.domain.scheduling.withdraw import clear_retired, withdraw
from classbell.domain.scheduling.without_calendar import invite_without_calendar
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, DesiredEntry, EntrySnapshot
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.storage.models import Entry, Lane

AT_ONCE = timedelta(seconds=1)
"""For looking again when the calendar changed under our hands."""

OF_THE_ENTRY = frozenset({VerdictKind.REFUSED, VerdictKind.OPERATOR_FAULT})
"""Verdicts that the session's page has to show, because waiting does not mend them."""


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
    clear_retired(ports, found)
    if not found.serves or found.over:
        return None
    if not found.wanted:
        withdraw(ports, found)
        return None
    picture = picture_of(found.session, found.account, found.entry)
    if not writes_calendar(found.account):
        invite_without_calendar(ports, found, picture)
        return None
    return _by_entry(ports, found, picture)


def _by_entry(ports: Ports, found: Situation, picture: SessionPicture) -> datetime | None:
    """Make or keep the event, and write down what it looks like."""
    entry, fresh = entry_rows.prepare(ports, found, online=picture.teams_meeting)
    clear_retired(ports, found)
    if cleared_elsewhere_soon(found.session, found.account):
        # The former account's event, given up just now perhaps, still holds the room.
        return found.now + COLLECTING
    job = Job(ports, found, picture, mailbox_for(ports, found.account.pk))
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


def _brought_up_to_date(job: Job, entry: Entry, *, fresh: bool) -> datetime | None:
    """Let the event be what is wanted, settle, and return when to look again."""
    ports, found = job.ports, job.found
    current = existing_event(job, entry, fresh=fresh)
    look_after_a_crash(ports, found, entry, current)
    wanted = desired_entry(job.picture, entry.generation)
    edit = noticed(wanted, current, Applied.read(entry.applied), found.now)
    if edit is not None:
        done = settle_edited(ports, found, entry, edit, current)
        return None if done else found.now + AT_ONCE
    wrote, repairs = current is None or not entry.applied, Repairs()
    if current is None and entry.event_id:
        entry_rows.renew_lost(ports, found, entry)
        wanted = desired_entry(job.picture, entry.generation)
    if not begin_inviting(entry, job.picture, wanted, current):
        return found.now + AT_ONCE
    if current is None:
        current = ports.calendar.create(job.mailbox, wanted)
    else:
        changed, repairs = updated_event(job, wanted, current, entry)
        wrote = wrote or changed.etag != current.etag
        current = changed
    since = found.now if wrote or entry.applied_at is None else entry.applied_at
    if not entry_rows.settle(
        ports,
        found,
        entry,
        wanted=wanted,
        current=current,
        wrote=wrote,
        repairs=repairs,
        problem=problem_of(job, wanted, current, since),
    ):
        return found.now + AT_ONCE
    return _followed_up(job, entry, wanted=wanted, current=current, since=since)


def _followed_up(
    job: Job, entry: Entry, *, wanted: DesiredEntry, current: EntrySnapshot, since: datetime
) -> datetime | None:
    """Do what follows from an event that stands as wanted, and return when to look again."""
    ports, found = job.ports, job.found
    tell_dead_invitations(ports, found)
    room = entry_rows.room_answer(wanted, current)
    if job.picture.room_withheld and room is not None and room.answer is Answer.ACCEPTED:
        # Now the place may be told, to everybody at once.
        return found.now + AT_ONCE
    link_open = wanted.online and not current.join_url
    if not link_open or found.now - since >= PATIENCE:
        told = replace(job.picture, join_url=current.join_url)
        invite_by_mail(ports, found, entry, told, beyond_entry(job.picture))
    options_again = bring_meeting_options(job, entry)
    waits = waits_for_room(found, current)
    if waits and ask_room_again(job, wanted, current) is not current:
        return found.now + COLLECTING
    again = next_look(
        since=since,
        now=found.now,
        until=found.session.starts_at,
        room_open=waits or (room is not None and room.answer in (Answer.NONE, Answer.TENTATIVE)),
        link_open=link_open,
    )
    return min((one for one in (again, options_again) if one), default=None)
