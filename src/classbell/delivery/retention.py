"""Retention: what became of messages is kept for a while, then given up in small batches."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import transaction

from classbell.ports.clock import Clock
from classbell.storage.models import Envelope, Lane, Message, MessageState, Notification

PURGE = "purge"
"""Kind of the work item that gives up what was kept for long enough."""

BATCH = 500
"""Rows of one transaction: on SQLite nobody else can write meanwhile."""

BATCHES_A_TURN = 20

PAUSE_SECONDS = 0.1
"""Machine seconds between two batches. Who waits for SQLite looks again at least this often, and so
gets in before the next batch; giving up old rows is never urgent."""

DAY = timedelta(days=1)

OPEN = (MessageState.QUEUED, MessageState.HELD, MessageState.SENDING)
"""What may still be sent is never given up by its age; its own expiry ends it before."""


def purge(before: datetime) -> bool:
    """Delete settled messages written before a moment, and what only they needed.

    Rows are found from the oldest on, by their ids, so that it costs nothing where there is
    nothing to give up. Repeating it is safe at any point.

    Args:
        before: business time; what was written at or after it stays.

    Returns:
        Whether there is more to delete.
    """
    for _ in range(BATCHES_A_TURN):
        if not _one_batch(before):
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def purge_daily(clock: Clock, days: int, _lane: Lane, _subject: str) -> datetime | None:
    """Give up what is older than the retention; the work function «purge».

    Args:
        clock: business time.
        days: for how long messages are kept; 0 for ever.

    Returns:
        When to go on, or None where everything is kept.
    """
    if not days:
        return None
    now = clock.now()
    return now if purge(now - timedelta(days=days)) else now + DAY


def _one_batch(before: datetime) -> int:
    """Delete the oldest messages with their attempts, and what no message is left of.

    Returns:
        How many messages were deleted.
    """
    oldest = Message.objects.order_by("id").values_list("pk", "created_at", "state")[:BATCH]
    late = [pk for pk, created_at, state in oldest if created_at < before and state not in OPEN]
    if not late:
        return 0
    going = Message.objects.filter(pk__in=late).exclude(state__in=OPEN)
    with transaction.atomic():
        envelopes = set(going.values_list("attempts__envelope_id", flat=True)) - {None}
        notifications = set(going.values_list("notification_id", flat=True))
        gone = going.delete()[1].get(Message._meta.label, 0)  # noqa: SLF001 -- public in Django
        Envelope.objects.filter(pk__in=envelopes, attempts__isnull=True).delete()
        Notification.objects.filter(pk__in=notifications, messages__isnull=True).delete()
    return gone
