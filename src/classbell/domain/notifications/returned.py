"""Mail that came back to the account, and what of sending must not stay in its folders."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.reports import record_report
from classbell.delivery.work import BULK, ask
from classbell.domain.connections.scopes import DRAFTS
from classbell.domain.connections.tokens import mailbox_for
from classbell.ports.bundle import Ports
from classbell.ports.mail import Bounce, Mailbox
from classbell.ports.reports import ReportedState
from classbell.storage.models import Account, AccountState, Attempt, Envelope, Lane

READ_RETURNS = "read_returns"
"""Kind of the work item that reads what came back to a mailbox."""

EVERY = timedelta(minutes=15)

LOOKS_BACK = timedelta(days=2)
"""Exchange tries for a day before it gives a mail up; reports older than this were read before."""

ORPHANED = timedelta(hours=1)
"""A draft of ours that is older belongs to no attempt any more."""

MOST_SWEEPS = 10


def is_traced(account: Account) -> bool:
    """Say whether an account's drafts and sent items may be read, so that mail can be looked up."""
    return DRAFTS in account.granted_scopes


def ask_returns(ports: Ports, account: Account) -> None:
    """Have what comes back to an account read from now on, where its permissions allow that."""
    if is_traced(account):
        ask(
            ports,
            mailbox_lane(account),
            kind=READ_RETURNS,
            subject=str(account.pk),
            due_at=ports.clock.now(),
            priority=BULK,
        )


def read_returns(ports: Ports, _lane: Lane, subject: str) -> datetime | None:
    """Write down which mails came back, and clear away drafts and copies that nobody needs.

    The work function «read returns»; repeating it changes nothing.

    Returns:
        When to look again, or None where the account may not be looked into any more.

    Raises:
        ProviderFailure: Microsoft could not be asked; it is asked again.
    """
    account = Account.objects.filter(pk=UUID(subject), state=AccountState.CONNECTED).first()
    if account is None or not is_traced(account):
        return None
    mailbox = mailbox_for(ports, account.pk)
    now = ports.clock.now()
    for bounce in ports.mail.bounces(mailbox, now - LOOKS_BACK):
        _record(ports, account, bounce)
    _sweep(ports, mailbox, now - ORPHANED)
    return now + EVERY


def _sweep(ports: Ports, mailbox: Mailbox, before: datetime) -> None:
    """Clear away what is left of earlier sends, in portions."""
    for _ in range(MOST_SWEEPS):
        if not ports.mail.sweep(mailbox, before):
            return


def _record(ports: Ports, account: Account, bounce: Bounce) -> None:
    """Write down one report, where it is about a mail of this account."""
    envelope_id = _envelope_of(account, bounce)
    if envelope_id is None:
        return
    address = bounce.recipient or _only_recipient(envelope_id)
    if address:
        detail = f"{bounce.code} {bounce.reason}".strip()
        record_report(ports, envelope_id, address, ReportedState.BOUNCED, detail, bounce.at)


def _envelope_of(account: Account, bounce: Bounce) -> UUID | None:
    """Return which envelope of the account's a report is about."""
    own = Envelope.objects.filter(lane=mailbox_lane(account))
    try:
        key = UUID(bounce.key)
    except ValueError:
        if not bounce.internet_message_id:
            return None
        rows = own.filter(internet_message_id=bounce.internet_message_id)
        return rows.values_list("pk", flat=True).first()
    return own.filter(pk=key).values_list("pk", flat=True).first()


def _only_recipient(envelope_id: UUID) -> str:
    """Return to whom an envelope went that went to one person; empty where there are more."""
    rows = Attempt.objects.filter(envelope_id=envelope_id)
    found = list(rows.values_list("message__address", flat=True)[:2])
    return found[0] if len(found) == 1 else ""
