"""Learning from a provider's complaints: a lane that was throttled goes on a little slower."""

from __future__ import annotations

from datetime import datetime, timedelta

from classbell.delivery.pace import Pace
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import Lane

FACTOR = 0.8
"""What is left of a lane's messages a minute after each complaint."""

ONE_COMPLAINT = timedelta(minutes=1)
"""Calls that were under way at once complain at once, and that is one complaint."""


def learn(lane: Lane, verdict: Verdict, pace: Pace, now: datetime) -> None:
    """Lower what the provider complained of; the rest of the lane's figures stay.

    Runs in the caller's transaction.

    Args:
        lane: changed in the store and in memory.
        verdict: what the provider said; only ``THROTTLED`` teaches anything.
        pace: the figures in force when it was said, learned ones included.
        now: business time.
    """
    if verdict.kind is not VerdictKind.THROTTLED:
        return
    if lane.learned_at is not None and now - lane.learned_at < ONE_COMPLAINT:
        return
    if verdict.crowded:
        lane.learned_requests_in_flight = max(1, pace.requests_in_flight - 1)
    elif pace.messages_per_minute:
        lane.learned_messages_per_minute = max(1, int(pace.messages_per_minute * FACTOR))
    else:
        return
    lane.learned_at = now
    Lane.objects.filter(pk=lane.pk).update(
        learned_messages_per_minute=lane.learned_messages_per_minute,
        learned_requests_in_flight=lane.learned_requests_in_flight,
        learned_at=now,
    )
