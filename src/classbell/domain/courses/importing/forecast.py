"""What an import will cause in mail, and until when at the mailbox's pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.pace import Pace
from classbell.domain.scheduling.request import account_serving
from classbell.domain.scheduling.route import writes_calendar
from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    Envelope,
    EnvelopeState,
    Message,
    MessageState,
)
from classbell.storage.queries.connections import connection_of

DAY = timedelta(hours=24)
_SPENT = (EnvelopeState.SENDING, EnvelopeState.ACCEPTED, EnvelopeState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will be sent.

    Attributes:
        messages: how many mails the import causes: confirmations and mailed invitations.
        invitations: how many people are invited through calendar entries, which Outlook mails
            outside the mailbox's own pace.
        until: when the last mail leaves at the pace; None where none will be sent now.
        account: the address they come from; empty where no account serves the catalog.
        held: whether they wait, because the connection is lost, or was disconnected and nobody has
            connected an account since.
    """

    messages: int
    invitations: int
    until: datetime | None
    account: str
    held: bool = False


def forecast(
    catalog: Catalog, *, confirmations: int, invitees: int, now: datetime, pace: Pace
) -> Forecast:
    """Reckon what an import causes.

    Args:
        catalog: where the import goes.
        confirmations: learners who are told that they are enrolled.
        invitees: people who are invited: the same learners, and instructors.
        now: business time.
        pace: the limits of the mailbox.
    """
    account = account_serving(catalog)
    if account is None:
        connection = connection_of(catalog)
        held = connection.enabled and connection.disconnected_at is not None
        return Forecast(confirmations, 0, None, "", held)
    by_entry = writes_calendar(account)
    messages = confirmations + (0 if by_entry else invitees)
    held = account.state == AccountState.LOST
    until = None if held or not messages else _last_leaves(account, messages, now, pace)
    return Forecast(messages, invitees if by_entry else 0, until, account.address, held)


def _last_leaves(account: Account, messages: int, now: datetime, pace: Pace) -> datetime:
    """Reckon when the last of so many further mails leaves, behind those that wait already."""
    lane = mailbox_lane(account)
    waiting = Message.objects.filter(lane=lane, state=MessageState.QUEUED).count() + messages
    spent = (
        Envelope.objects.filter(lane=lane, state__in=_SPENT, started_at__gte=now - DAY).aggregate(
            recipients=Sum("recipients")
        )["recipients"]
        or 0
    )
    return now + time_for(waiting, spent, pace)


def time_for(messages: int, spent_today: int, pace: Pace) -> timedelta:
    """Return how long so many mails of one recipient each take.

    Args:
        messages: how many.
        spent_today: recipients of the last 24 hours, which the daily limit counts.
        pace: the limits; what is reserved for urgent kinds does not count as available.
    """
    days = 0
    if pace.recipients_per_day:
        daily = max(pace.recipients_per_day - pace.urgent_reserve, 1)
        today = max(daily - spent_today, 0)
        if messages > today:
            days = -(-(messages - today) // daily)
            messages -= today + (days - 1) * daily
    minutes = max(messages - 1, 0) // pace.messages_per_minute if pace.messages_per_minute else 0
    return days * DAY + timedelta(minutes=minutes)
