"""When an event is tried again, and when it is given up: a pure reckoning over a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import SystemRandom

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""Pauses after each try, those that Standard Webhooks suggests: eight tries within 28 hours."""

TRIES = len(DELAYS) + 1

WINDOW = timedelta(hours=30)
"""What has waited for longer for an endpoint that does not answer is given up."""

JITTER = 0.1
"""A pause is up to this part longer, so that many endpoints on one server do not come together."""

DISABLE_AFTER = timedelta(days=5)
"""An endpoint that has failed for so long without one success is switched off."""

_random = SystemRandom()


def next_try(tries: int, now: datetime, asked_for: datetime | None = None) -> datetime:
    """Return when to try again.

    Args:
        tries: how many tries failed, this one included; 1 or more.
        now: business time.
        asked_for: the endpoint's own Retry-After, which is never undercut.
    """
    pause = DELAYS[min(tries, len(DELAYS)) - 1]
    own = now + pause * (1 + _random.uniform(0, JITTER))
    return max(own, asked_for) if asked_for else own
