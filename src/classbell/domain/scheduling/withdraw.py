"""Takes events back: of a session that does not take place, and those that were given up."""

from __future__ import annotations

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling import entry_rows
from classbell.domain.scheduling.entry_edits import begin_cancelling
from classbell.domain.scheduling.inviting import look_after_a_crash
from classbell.domain.scheduling.mailed import cancel_by_mail
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.shared_problems import OF_THE_CALENDAR
from classbell.domain.scheduling.situation import STANDING, Situation, events_to_clear
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Mailbox
from classbell.storage.models import AccountState, Entry, EntryState


def withdraw(ports: Ports, found: Situation) -> None:
    """Cancel the event of a session that does not take place, telling everybody on it."""
    entry = found.entry
    if entry is None or entry.state not in (*STANDING, EntryState.BY_MAIL):
        return
    cancel_by_mail(ports, found, entry)
    if found.own_entry is None:
        if entry.account.state != AccountState.CONNECTED:
            look_after_a_crash(ports, found, entry, None)
        entry_rows.give_up_elsewhere(ports, found, entry)
        return
    if entry.state in STANDING and writes_calendar(found.account):
        mailbox = mailbox_for(ports, found.account.pk)
        event_id = entry.event_id
        if not event_id or entry.inviting:
            made = ports.calendar.find(mailbox, str(found.session.pk))
            look_after_a_crash(ports, found, entry, made)
            event_id = event_id or (made.event_id if made else "")
        if event_id:
            begin_cancelling(entry)
            ports.calendar.cancel(mailbox, event_id, _comment(found))
    entry_rows.settle_cancelled(ports, found, entry)


def clear_retired(ports: Ports, found: Situation) -> None:
    """Cancel events of the session that were given up in this account's calendar."""
    retired = events_to_clear(found.session, found.account)
    if not retired:
        return
    mailbox = mailbox_for(ports, found.account.pk)
    for event in retired:
        if event.calendar_address and not _is_open(ports, mailbox, event.calendar_address):
            continue
        target = mailbox
        if event.calendar_address:
            target = ports.calendar.shared(mailbox, event.calendar_address)
        else:
            _look_before_cancelling(ports, found, mailbox, event.event_id)
        # What was true when the event was given up is not, once the session is cancelled as well.
        outdated = not found.wanted and not event.calendar_address
        comment = _comment(found) if outdated else event.comment
        ports.calendar.cancel(target, event.event_id, comment)
        entry_rows.settle_cleared(found, event)


def _look_before_cancelling(
    ports: Ports, found: Situation, mailbox: Mailbox, event_id: str
) -> None:
    """Decide who of those that left during a write hears of it from the cancellation.

    The row is read anew, because it was turned to the next event when this one was given up.
    """
    entry = Entry.objects.filter(session=found.session).first()
    if entry is None or not entry.inviting:
        return
    try:
        given_up = ports.calendar.get(mailbox, event_id)
    except ProviderFailure as failure:
        if failure.verdict.kind is not VerdictKind.NOT_FOUND:
            raise
        return
    look_after_a_crash(ports, found, entry, None if given_up.cancelled else given_up)


def _is_open(ports: Ports, mailbox: Mailbox, address: str) -> bool:
    """Tell whether somebody else's calendar may be written still.

    Where it may not, its events stay on the list of what somebody has to clear up by hand.
    """
    try:
        return ports.calendar.facts(ports.calendar.shared(mailbox, address)).can_edit
    except ProviderFailure as failure:
        if failure.verdict.kind not in OF_THE_CALENDAR:
            raise
        return False


def _comment(found: Situation) -> str:
    """Return what people read in the cancellation."""
    name = f"{found.session.course.title}: {found.session.title}"
    if found.session.cancelled_at is not None:
        message = found.session.cancel_message
        return f"«{name}» was cancelled." + (f"\n\n{message}" if message else "")
    return f"«{name}» was withdrawn."
