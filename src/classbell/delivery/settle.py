"""Writing down what came of an envelope, as far as its sender still holds the lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from classbell.delivery.lanes import TakenLane, renew
from classbell.delivery.ledger import move
from classbell.delivery.retry import (
    BlockLane,
    Decision,
    Fail,
    HoldLane,
    MarkUnknown,
    Retry,
    decide,
)
from classbell.delivery.wire import KeptBack, Outcome
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.mail import Accepted
from classbell.storage.models import Envelope, EnvelopeState, Lane, Message, MessageState

INTERRUPTED = "interrupted"
INTERRUPTED_REASON = (
    "The process that sent this was stopped before it knew the answer; it may have arrived."
)
LEASE_OVER = Verdict(
    VerdictKind.RETRY, code="lease_over", explanation="The sender had been paused; nothing left."
)
ACCOUNT_PAUSE = timedelta(minutes=1)
"""How long a lane rests after its account was judged; ``hold.release`` ends it early."""


def settle(
    lane: Lane, taken: TakenLane, outcomes: Sequence[Outcome], now: datetime
) -> Verdict | None:
    """Write down what came of envelopes, in a transaction that has renewed the lease.

    Args:
        lane: whose envelopes.
        taken: the hold on the lane; its epoch is part of every condition.
        outcomes: what came of them.
        now: business time.

    Returns:
        The verdict that concerns the whole account, if there was one.
    """
    lost: Verdict | None = None
    for outcome in outcomes:
        match outcome.result:
            case Accepted() as accepted:
                _accepted(taken, outcome, accepted, now)
            case KeptBack():
                _judged(taken, outcome, LEASE_OVER, Retry(now), now)
            case Verdict() as verdict:
                decision = decide(verdict, outcome.claim.attempt, now)
                _judged(taken, outcome, verdict, decision, now)
                if pause(lane, decision, now):
                    lost = verdict
    return lost


def pause(lane: Lane, decision: Decision, now: datetime) -> bool:
    """Let the lane rest where the decision says so.

    Returns:
        Whether the account's owner must be told.
    """
    match decision:
        case BlockLane(until):
            _block(lane, until)
        case HoldLane():
            _block(lane, now + ACCOUNT_PAUSE)
            return True
        case _:
            pass
    return False


def doubt_older(lane: Lane, taken: TakenLane, now: datetime) -> int:
    """Mark as unknown what a former holder had on the wire when it was lost.

    Args:
        lane: the lane just taken.
        taken: the hold on it.
        now: business time.

    Returns:
        How many envelopes are in doubt.
    """
    older = Envelope.objects.filter(lane=lane, state=EnvelopeState.SENDING, epoch__lt=taken.epoch)
    if not older.exists():
        return 0
    with transaction.atomic():
        renew(taken)
        move(
            Message.objects.filter(lane=lane, epoch__lt=taken.epoch),
            start=MessageState.SENDING,
            end=MessageState.UNKNOWN,
            now=now,
            reason_code=INTERRUPTED,
            reason=INTERRUPTED_REASON,
        )
        return older.update(
            state=EnvelopeState.UNKNOWN,
            settled_at=now,
            verdict=VerdictKind.UNKNOWN,
            code=INTERRUPTED,
            explanation=INTERRUPTED_REASON,
        )


def _accepted(taken: TakenLane, outcome: Outcome, accepted: Accepted, now: datetime) -> None:
    """The provider took it."""
    _envelope(
        taken,
        outcome,
        state=EnvelopeState.ACCEPTED,
        provider_id=accepted.provider_id[:200],
        request_id=accepted.request_id[:100],
        settled_at=now,
    )
    _messages(taken, outcome, MessageState.ACCEPTED, now, reason_code="", reason="")


def _judged(
    taken: TakenLane, outcome: Outcome, verdict: Verdict, decision: Decision, now: datetime
) -> None:
    """The provider did not take it, or nobody knows."""
    unknown = isinstance(decision, MarkUnknown)
    _envelope(
        taken,
        outcome,
        state=EnvelopeState.UNKNOWN if unknown else EnvelopeState.REFUSED,
        request_id=verdict.request_id[:100],
        verdict=verdict.kind.value,
        code=verdict.code[:100],
        explanation=verdict.explanation[:500],
        settled_at=now,
    )
    changes: dict[str, object] = {
        "reason_code": (verdict.code or verdict.kind.value)[:100],
        "reason": verdict.explanation[:500],
    }
    match decision:
        case MarkUnknown():
            end = MessageState.UNKNOWN
        case Fail():
            end = MessageState.FAILED
        case Retry(at):
            end = MessageState.QUEUED
            changes["due_at"] = at
        case _:
            # The lane rests: it keeps its due time and with it its place before newer mail.
            end = MessageState.QUEUED
    _messages(taken, outcome, end, now, **changes)


def _envelope(taken: TakenLane, outcome: Outcome, **changes: object) -> None:
    """Change an envelope that is still this holder's."""
    Envelope.objects.filter(
        pk=outcome.claim.envelope_id, state=EnvelopeState.SENDING, epoch=taken.epoch
    ).update(**changes)


def _messages(
    taken: TakenLane, outcome: Outcome, end: MessageState, now: datetime, **changes: object
) -> None:
    """Move the messages of an envelope that are still this holder's."""
    move(
        Message.objects.filter(envelope_id=outcome.claim.envelope_id, epoch=taken.epoch),
        start=MessageState.SENDING,
        end=end,
        now=now,
        **changes,
    )


def _block(lane: Lane, until: datetime) -> None:
    """Let the lane rest until the later of two moments."""
    if lane.blocked_until is None or lane.blocked_until < until:
        lane.blocked_until = until
        Lane.objects.filter(pk=lane.pk).update(blocked_until=until)
