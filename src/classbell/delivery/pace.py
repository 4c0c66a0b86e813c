"""How much a lane may send now, derived from the envelopes it has sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.storage.models import Envelope, EnvelopeState, Lane

MINUTE = timedelta(minutes=1)
DAY = timedelta(hours=24)
AFTER = timedelta(milliseconds=1)
"""The windows are closed at both ends, so that a boundary is never counted too kindly."""

URGENT = 10
"""Messages with this priority or a lower number may use the reserve."""

_SPENT = (EnvelopeState.SENDING, EnvelopeState.ACCEPTED, EnvelopeState.UNKNOWN)
"""What may have reached the provider counts as sent; what it refused does not."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of one lane's provider; 0 means that there is none.

    The defaults stay below what Exchange Online allows a mailbox, 30 messages a minute and 10,000
    recipients a day, and below the four requests at once that Outlook's Graph endpoints allow an
    application and mailbox
    (https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits,
    https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits).

    Attributes:
        messages_per_minute: most envelopes in any sliding minute of business time.
        recipients_per_day: most recipients in any sliding 24 hours.
        urgent_reserve: how many of those only urgent messages may use.
        requests_in_flight: most provider calls under way at once.
    """

    messages_per_minute: int = 28
    recipients_per_day: int = 9000
    urgent_reserve: int = 500
    requests_in_flight: int = 3


UNLIMITED = Pace(messages_per_minute=0, recipients_per_day=0, urgent_reserve=0)
"""For a provider without limits of its own, such as the operator's mail server."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be sent at one moment.

    Attributes:
        now_allowed: how many messages of one recipient each may go now.
        next_at: when that rises, where it is nothing; None otherwise.
    """

    now_allowed: int
    next_at: datetime | None = None


def budget(lane: Lane, now: datetime, pace: Pace, *, urgent: bool = False) -> Budget:
    """Work out from the ledger what a lane may send.

    Args:
        lane: whose envelopes count.
        now: business time.
        pace: the limits.
        urgent: whether it is for messages that may use the reserve.
    """
    minute = _minute(lane, now, pace)
    if minute.next_at is not None or not pace.recipients_per_day:
        return minute
    day = _day(lane, now, pace.recipients_per_day - (0 if urgent else pace.urgent_reserve))
    return day if day.now_allowed < minute.now_allowed else minute


def _minute(lane: Lane, now: datetime, pace: Pace) -> Budget:
    """Judge by the sliding minute and by what may be in flight."""
    allowed = pace.requests_in_flight
    if not pace.messages_per_minute:
        return Budget(allowed)
    starts = list(
        Envelope.objects.filter(lane=lane, state__in=_SPENT, started_at__gte=now - MINUTE)
        .order_by("-started_at")
        .values_list("started_at", flat=True)[: pace.messages_per_minute]
    )
    left = pace.messages_per_minute - len(starts)
    if left <= 0:
        return Budget(0, starts[-1] + MINUTE + AFTER)
    return Budget(min(allowed, left))


def _day(lane: Lane, now: datetime, limit: int) -> Budget:
    """Judge by the recipients of the sliding 24 hours."""
    sent = list(
        Envelope.objects.filter(lane=lane, state__in=_SPENT, started_at__gte=now - DAY)
        .order_by("started_at")
        .values_list("started_at", "recipients")
    )
    spent = sum(recipients for _, recipients in sent)
    if spent < limit:
        return Budget(limit - spent)
    for started_at, recipients in sent:
        spent -= recipients
        if spent < limit:
            return Budget(0, started_at + DAY + AFTER)
    return Budget(0, now + DAY)
