"""Takes events back: of a session that does not take place, and those that were given up."""

from __future__ import annotations

from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.scheduling import entry_rows
from classbell.domain.scheduling.route import writes_calendar
from classbell.domain.scheduling.situation import STANDING, Situation, events_to_clear
from classbell.ports.bundle import Ports
from classbell.storage.models import EntryState


def withdraw(ports: Ports, found: Situation) -> None:
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


def clear_retired(ports: Ports, found: Situation) -> None:
    """Cancel events of the session that were given up in this account's calendar."""
    retired = events_to_clear(found.session, found.account)
    if not retired:
        return
    mailbox = mailbox_for(ports, found.account.pk)
    for event in retired:
        ports.calendar.cancel(mailbox, event.event_id, event.comment)
        entry_rows.settle_cleared(found, event)


def _comment(found: Situation) -> str:
    """Return what people read in the cancellation."""
    name = f"{found.session.course.title}: {found.session.title}"
    if found.session.cancelled_at is not None:
        message = found.session.cancel_message
        return f"«{name}» was cancelled." + (f"\n\n{message}" if message else "")
    return f"«{name}» was withdrawn."
