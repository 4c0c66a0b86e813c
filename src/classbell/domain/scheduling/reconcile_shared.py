"""Makes the organisation's calendar show a session: the work «share» of a mailbox lane.

As with a session's own entry, nothing is written to Microsoft inside a transaction, and whatever is
repeated after a crash finds what was done before. What goes wrong in somebody else's calendar is
told at the session and the catalog, and never counts against the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling.applied import Applied, to_send
from classbell.domain.scheduling.picture import picture_of
from classbell.domain.scheduling.request import COLLECTING, SHOWN
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.schedule_of_looks import FIRST_LOOKS
from classbell.domain.scheduling.shared_entry import shared_entry, shared_ref
from classbell.domain.scheduling.shared_problems import is_theirs, shared_problem
from classbell.domain.scheduling.shared_rows import (
    Target,
    prepare_shared,
    renew_shared,
    retire_shared,
    settle_shared,
    settle_shared_problem,
    settle_taken_back,
    stands_at,
)
from classbell.domain.scheduling.situation import Situation, situation_of, still_connected
from classbell.ports.bundle import Ports
from classbell.ports.calendar import Answer, DesiredEntry, EntrySnapshot
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.storage.models import CalendarOptions, Lane, SharedEntry, SharedWay

AT_ONCE = timedelta(seconds=1)
"""For looking again when the row changed under our hands."""

TOMORROW = timedelta(days=1)
"""Somebody else's calendar is opened to the account when its owner gets round to it."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What one reconciliation works with; ``mailbox`` is the one whose calendar is written."""

    ports: Ports
    found: Situation
    target: Target
    mailbox: Mailbox


def reconcile_shared(ports: Ports, lane: Lane, session_id: str) -> datetime | None:
    """Make the organisation's calendar show a session, or show it no more. Uses the network.

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
    if found is None or not found.serves or not writes_calendar(found.account):
        return None
    options = CalendarOptions.objects.filter(catalog=found.session.course.catalog).first()
    row = SharedEntry.objects.filter(session=found.session).select_related("account").first()
    wanted = options is not None and options.share and found.wanted
    target = Target.of(options) if options is not None and wanted else None
    if row is not None and row.state in SHOWN and (not target or not stands_at(row, found, target)):
        again = _take_back(ports, found, row)
        if again is not None:
            return again
    if target is None or found.session.ends_at <= found.now:
        return None
    return _show(ports, found, target)


def _show(ports: Ports, found: Situation, target: Target) -> datetime | None:
    """Make or keep the event, and write down what came of it."""
    row, fresh = prepare_shared(found, target)
    job = _Job(ports, found, target, _mailbox(ports, found, target))
    if not still_connected(found.session.course.catalog_id, found.account.pk):
        return None
    try:
        return _brought_up_to_date(job, row, fresh=fresh)
    except ProviderFailure as failure:
        if failure.verdict.kind is VerdictKind.CONFLICT:
            return found.now + COLLECTING
        if not is_theirs(failure.verdict, target.way):
            raise
        text = shared_problem(failure.verdict, found.account.address, target)
        settle_shared_problem(found, row, failure.verdict, text, refused=True)
        return found.now + TOMORROW


def _brought_up_to_date(job: _Job, row: SharedEntry, *, fresh: bool) -> datetime | None:
    """Let the event be what is wanted, settle, and return when to look again."""
    ports, found = job.ports, job.found
    current = _existing(job, row, fresh=fresh)
    if current is None and row.event_id:
        row = renew_shared(row, found, job.target)
    wanted = _wanted(job, row)
    wrote = current is None or not row.applied
    if current is None:
        current = ports.calendar.create(job.mailbox, wanted)
    else:
        sent = to_send(wanted, current, Applied.read(row.applied), online=False)
        changed = ports.calendar.update(job.mailbox, current, sent)
        wrote = wrote or changed.etag != current.etag
        current = changed
    if not settle_shared(ports, found, row, wanted=wanted, current=current, wrote=wrote):
        return found.now + AT_ONCE
    return _next_look(job, row, current, wrote=wrote)


def _wanted(job: _Job, row: SharedEntry) -> DesiredEntry:
    """Return what the event should be."""
    picture = picture_of(job.found.session, job.found.account)
    return shared_entry(
        picture, generation=row.generation, way=job.target.way, address=job.target.address
    )


def _existing(job: _Job, row: SharedEntry, *, fresh: bool) -> EntrySnapshot | None:
    """Return the event as it is in the calendar, or None where it has to be made.

    «Not found» is also what Microsoft says of a calendar that is not shared any more. So our own
    mark is searched for before the event counts as gone: that search fails where the right is.
    """
    if fresh:
        return None
    calendar = job.ports.calendar
    if row.event_id:
        try:
            current = calendar.get(job.mailbox, row.event_id)
        except ProviderFailure as failure:
            if failure.verdict.kind is not VerdictKind.NOT_FOUND:
                raise
        else:
            if not current.cancelled:
                return current
    return calendar.find(job.mailbox, shared_ref(job.found.session.pk))


def _take_back(ports: Ports, found: Situation, row: SharedEntry) -> datetime | None:
    """Remove an event that shows the session where it should not; None when that is done."""
    target = Target(SharedWay(row.way), row.calendar_address)
    if row.account_id != found.account.pk and target.way == SharedWay.INVITE:
        retire_shared(ports, found, row)
        return None
    mailbox = _mailbox(ports, found, target)
    try:
        _remove(ports, mailbox, row, found)
    except ProviderFailure as failure:
        if not is_theirs(failure.verdict, target.way):
            raise
        text = shared_problem(failure.verdict, found.account.address, target)
        settle_shared_problem(found, row, failure.verdict, text, refused=False)
        return found.now + TOMORROW
    settle_taken_back(ports, found, row)
    return None


def _remove(ports: Ports, mailbox: Mailbox, row: SharedEntry, found: Situation) -> None:
    """Cancel the event, wherever a crash may have left it."""
    calendar = ports.calendar
    made = calendar.find(mailbox, shared_ref(found.session.pk))
    if made is not None:
        calendar.cancel(mailbox, made.event_id, _comment(found))
    elif row.event_id:
        calendar.cancel(mailbox, row.event_id, _comment(found))


def _mailbox(ports: Ports, found: Situation, target: Target) -> Mailbox:
    """Return the mailbox whose calendar holds the event."""
    own = mailbox_for(ports, found.account.pk)
    return ports.calendar.shared(own, target.address) if target.way == SharedWay.WRITE else own


def _next_look(
    job: _Job, row: SharedEntry, current: EntrySnapshot, *, wrote: bool
) -> datetime | None:
    """Return when to read the answer of an address that was invited; only the first looks count."""
    open_answer = any(one.answer is Answer.NONE for one in current.answers)
    if job.target.way == SharedWay.WRITE or not open_answer:
        return None
    since = job.found.now if wrote or row.applied_at is None else row.applied_at
    waited = job.found.now - since
    return next((since + offset for offset in FIRST_LOOKS if waited < offset), None)


def _comment(found: Situation) -> str:
    """Return what the owner of the calendar reads when an event goes."""
    name = f"{found.session.course.title}: {found.session.title}"
    if found.session.cancelled_at is not None:
        return f"«{name}» was cancelled."
    return f"«{name}» is not shown here any more."
