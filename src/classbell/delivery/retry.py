"""What to do about a failure: a pure function of verdict, attempt and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.ports.errors import Verdict, VerdictKind

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
FACTOR = 3
"""Delays between attempts: 5 s, 15 s, 45 s, 2¼ min, 6¾ min, then every 15 min until expiry."""

OPERATOR_PAUSE = timedelta(minutes=1)
"""How long a lane rests when the installation itself seems to be set up wrongly."""

OPERATOR_PAUSES = 3
"""How often one item may cause that. Then it waits by itself: it may be the only one concerned."""

INTERNAL_ERROR = "internal_error"
"""The code of a fault of our own, such as a template that breaks on one person's data."""

INTERNAL_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Retry:
    """Try this item again at ``at`` (business time)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Fail:
    """Give this item up; the verdict says why."""


@dataclass(frozen=True, slots=True)
class HoldLane:
    """The account as a whole cannot work; whoever owns it must be told."""


@dataclass(frozen=True, slots=True)
class BlockLane:
    """Send nothing on this lane before ``until`` (business time), then this item again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class MarkUnknown:
    """It may have happened; sending again could double it. The lane rests where it was asked to."""

    rest_until: datetime | None = None


Decision = Retry | Fail | HoldLane | BlockLane | MarkUnknown


def decide(verdict: Verdict, attempt: int, now: datetime) -> Decision:
    """Decide about one failed attempt.

    A fault that passes is tried until the message's own expiry, so it never loses anything; the
    ledger ends it there.

    Args:
        verdict: what the provider's failure means.
        attempt: how many attempts were made, this one included; 1 or more.
        now: business time.
    """
    if verdict.concerns_the_account:
        return HoldLane()
    match verdict.kind:
        case VerdictKind.UNKNOWN:
            return MarkUnknown(_not_past(verdict.until, now))
        case VerdictKind.THROTTLED:
            return BlockLane(_not_past(verdict.until, now) or now + delay(attempt))
        case VerdictKind.OPERATOR_FAULT:
            return _rest(attempt, now)
        case VerdictKind.RETRY:
            return _again(verdict, attempt, now)
        case _:
            return Fail()


def delay(attempt: int) -> timedelta:
    """Return the pause after the given attempt, growing from five seconds to a quarter hour."""
    steps = min(attempt, 10) - 1
    factor: int = FACTOR ** max(steps, 0)
    return min(FIRST_DELAY * factor, LONGEST_DELAY)


def _again(verdict: Verdict, attempt: int, now: datetime) -> Decision:
    """Try again after a pause; a fault of our own does not mend itself by waiting."""
    if verdict.code == INTERNAL_ERROR and attempt >= INTERNAL_ATTEMPTS:
        return Fail()
    return Retry(now + delay(attempt))


def _not_past(until: datetime | None, now: datetime) -> datetime | None:
    """Return the provider's own moment where it lies ahead."""
    return until if until is not None and until > now else None


def _rest(attempt: int, now: datetime) -> Decision:
    """Let the lane rest, but not for ever because of one item that nobody else resembles."""
    if attempt > OPERATOR_PAUSES:
        return Retry(now + LONGEST_DELAY)
    return BlockLane(now + OPERATOR_PAUSE)
