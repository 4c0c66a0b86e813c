"""Writing down what came of an envelope, as far as its sender still holds the lane."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from classbell.delivery.bulk import update_each
from classbell.delivery.doubt import doubt
from classbell.delivery.following import follow_later
from classbell.delivery.holding import Holding
from classbell.delivery.lanes import TakenLane
from classbell.delivery.learning import learn
from classbell.delivery.ledger import move
from classbell.delivery.pace import Pace
from classbell.delivery.retry import (
    BlockLane,
    Decision,
    Fail,
    HoldLane,
    MarkUnknown,
    Retry,
    decide,
)
from classbell.delivery.wire import MOST_IDS, KeptBack, Outcome
from classbell.network.measures import SENDS
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.mail import Accepted
from classbell.storage.models import Envelope, EnvelopeState, Lane, Message, MessageState

log = structlog.get_logger(__name__)

ACCEPTED = "accepted"

LEASE_OVER = Verdict(
    VerdictKind.RETRY, code="lease_over", explanation="The sender had been paused; nothing left."
)
ACCOUNT_PAUSE = timedelta(minutes=1)
"""How long a lane rests after its account was judged; ``hold.release`` ends it early."""


def settle(
    holding: Holding, outcomes: Sequence[Outcome], pace: Pace, now: datetime
) -> Verdict | None:
    """Write down what came of envelopes, in a transaction that has renewed the lease.

    Args:
        holding: the lane; its epoch is part of every condition.
        outcomes: what came of them.
        pace: the figures they were sent by, which a complaint lowers.
        now: business time.

    Returns:
        The verdict that concerns the whole account, if there was one.
    """
    lane, taken = holding.lane, holding.taken
    lost: Verdict | None = None
    accepted = [each for each in outcomes if isinstance(each.result, Accepted)]
    _accepted(taken, accepted, now)
    if holding.handlers.follows and accepted:
        follow_later(lane, [each.claim.envelope_id for each in accepted], now)
    for outcome in outcomes:
        _note(lane, outcome)
        match outcome.result:
            case KeptBack():
                _judged(lane, taken, outcome, LEASE_OVER, now, Retry(now))
            case Verdict() as verdict:
                decision = decide(verdict, outcome.claim.attempt, now)
                _judged(lane, taken, outcome, verdict, now, decision)
                learn(lane, verdict, pace, now)
                if pause(lane, decision, now):
                    lost = verdict
            case _:
                continue
    if _gave_back(outcomes):
        holding.meter.forget()
    return lost


def _note(lane: Lane, outcome: Outcome) -> None:
    """Count an outcome and log it: quietly where the provider took the mail."""
    word = _word(outcome)
    SENDS.labels(lane.kind, word).inc()
    verdict = outcome.result
    log.log(
        logging.DEBUG if word == ACCEPTED else logging.INFO,
        "mail was handed over" if word == ACCEPTED else "mail was not taken",
        envelope=str(outcome.claim.envelope_id),
        messages=outcome.claim.message_ids[:MOST_IDS],
        count=len(outcome.claim.message_ids),
        verdict=word,
        reason_code=verdict.code if isinstance(verdict, Verdict) else "",
    )


def _word(outcome: Outcome) -> str:
    """Return the word under which an outcome is counted."""
    match outcome.result:
        case Verdict(kind=kind):
            return kind.value
        case KeptBack():
            return "kept_back"
        case _:
            return ACCEPTED


def pause(lane: Lane, decision: Decision, now: datetime) -> bool:
    """Let the lane rest where the decision says so.

    Returns:
        Whether the account's owner must be told.
    """
    match decision:
        case BlockLane(datetime() as until) | MarkUnknown(datetime() as until):
            _block(lane, until)
        case HoldLane():
            _block(lane, now + ACCOUNT_PAUSE)
            return True
        case _:
            pass
    return False


def _accepted(taken: TakenLane, outcomes: Sequence[Outcome], now: datetime) -> None:
    """The provider took these: two statements for all of them, for most of mail ends here."""
    if not outcomes:
        return
    envelopes = [outcome.claim.envelope_id for outcome in outcomes]
    update_each(
        Envelope,
        [
            {
                "state": EnvelopeState.ACCEPTED,
                "settled_at": now,
                "provider_id": accepted.provider_id[:200],
                "internet_message_id": accepted.internet_message_id[:300],
                "request_id": accepted.request_id[:100],
            }
            for outcome in outcomes
            if isinstance(accepted := outcome.result, Accepted)
        ],
        [{"id": pk, "state": EnvelopeState.SENDING, "epoch": taken.epoch} for pk in envelopes],
    )
    move(
        Message.objects.filter(envelope_id__in=envelopes, epoch=taken.epoch),
        start=MessageState.SENDING,
        end=MessageState.ACCEPTED,
        now=now,
        reason_code="",
        reason="",
    )


def _judged(  # noqa: PLR0917 -- private: one outcome and what was decided of it
    lane: Lane,
    taken: TakenLane,
    outcome: Outcome,
    verdict: Verdict,
    now: datetime,
    decision: Decision,
) -> None:
    """The provider did not take it, or nobody knows."""
    unknown = isinstance(decision, MarkUnknown)
    mine = _envelope(
        taken,
        outcome,
        state=EnvelopeState.UNKNOWN if unknown else EnvelopeState.REFUSED,
        request_id=verdict.request_id[:100],
        verdict=verdict.kind.value,
        code=verdict.code[:100],
        explanation=verdict.explanation[:500],
        settled_at=now,
    )
    end, changes = _consequence(outcome, decision)
    _messages(
        taken,
        outcome,
        end,
        now,
        reason_code=(verdict.code or verdict.kind.value)[:100],
        reason=verdict.explanation[:500],
        **changes,
    )
    if unknown and mine:
        claim = outcome.claim
        doubt(lane, claim.envelope_id, claim.attempt, now, resend=claim.resend_unknown)


def _consequence(outcome: Outcome, decision: Decision) -> tuple[MessageState, dict[str, object]]:
    """Return the state that messages get, and what else changes about them."""
    together = len(outcome.claim.message_ids)
    match decision:
        case MarkUnknown():
            return MessageState.UNKNOWN, {}
        case Fail() if together > 1:
            # One bad address must not cost the others: they go on in two halves.
            return MessageState.QUEUED, {"most_together": (together + 1) // 2}
        case Fail():
            return MessageState.FAILED, {}
        case Retry(at):
            return MessageState.QUEUED, {"due_at": at}
        case _:
            # The lane rests: it keeps its due time and with it its place before newer mail.
            return MessageState.QUEUED, {}


def _envelope(taken: TakenLane, outcome: Outcome, **changes: object) -> bool:
    """Change an envelope that is still this holder's; False where it is not."""
    rows = Envelope.objects.filter(
        pk=outcome.claim.envelope_id, state=EnvelopeState.SENDING, epoch=taken.epoch
    )
    return bool(rows.update(**changes))


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


def _gave_back(outcomes: Sequence[Outcome]) -> bool:
    """Say whether something that was counted as sent turned out not to be."""
    return any(
        not isinstance(outcome.result, Accepted)
        and not (isinstance(outcome.result, Verdict) and outcome.result.kind is VerdictKind.UNKNOWN)
        for outcome in outcomes
    )
