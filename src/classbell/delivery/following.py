"""Asking a provider how mail that it took has ended, where it does not report that by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from classbell.delivery.handlers import Handlers
from classbell.delivery.reports import record_report
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Sighting, SightingState
from classbell.ports.reports import ReportedState
from classbell.storage.models import (
    Attempt,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
    WorkItem,
)

FOLLOW = "follow"
"""Kind of the work item that asks how one envelope has ended."""

FOLLOW_PRIORITY = 90
"""After all mail: to know earlier what became of one is not worth sending another later."""

FIRST_LOOK = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)

GIVES_UP = timedelta(hours=1)
"""How long after its send an envelope is asked about. Then it stays «accepted», as it is."""

HANDED_OVER = "handed_over"
HANDED_OVER_REASON = (
    "The provider has handed it over to the recipient's mail server; whether it arrived is not "
    "known."
)


def follow_later(lane: Lane, envelopes: Sequence[UUID], now: datetime) -> None:
    """Have it asked how envelopes that were just taken have ended, in the caller's transaction.

    Args:
        lane: whose envelopes.
        envelopes: their ids.
        now: business time.
    """
    WorkItem.objects.bulk_create(
        (
            WorkItem(
                lane=lane,
                kind=FOLLOW,
                subject=str(envelope_id),
                due_at=now + FIRST_LOOK,
                priority=FOLLOW_PRIORITY,
            )
            for envelope_id in envelopes
        ),
        ignore_conflicts=True,
    )


def follow(ports: Ports, handlers: Handlers, lane: Lane, subject: str) -> datetime | None:
    """Ask how an envelope has ended; the work function «follow».

    It asks after half a minute, then after pauses as long as the envelope is old, and gives up
    after an hour. A failure to ask concerns the asking alone: mail goes on leaving the lane.

    Args:
        ports: the clock.
        handlers: how to ask.
        lane: whose envelope.
        subject: the envelope's id.

    Returns:
        When to ask again; None where it is known, or reported otherwise, or not asked any more.
    """
    rows = Envelope.objects.filter(pk=UUID(subject), state=EnvelopeState.ACCEPTED, code="")
    envelope = rows.first()
    if envelope is None or not handlers.follows or not _is_open(envelope):
        return None
    now = ports.clock.now()
    if now > envelope.started_at + GIVES_UP:
        return None
    again_at = now + min(max(now - envelope.started_at, FIRST_LOOK), LONGEST_PAUSE)
    try:
        sighting = handlers.look_up(lane, envelope.pk)
    except ProviderFailure as failure:
        again_at = max(again_at, failure.verdict.until or again_at)
        if failure.verdict.kind is VerdictKind.THROTTLED:
            _put_off(lane, again_at)
        return again_at
    return _noted(ports, envelope, sighting, again_at)


def _noted(
    ports: Ports, envelope: Envelope, sighting: Sighting | None, again_at: datetime
) -> datetime | None:
    """Write down what the provider says; return when to ask again."""
    match sighting:
        case Sighting(state=SightingState.UNDER_WAY):
            return max(again_at, sighting.again_at or again_at)
        case Sighting(state=SightingState.SENT):
            Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.ACCEPTED).update(
                code=HANDED_OVER, explanation=HANDED_OVER_REASON
            )
        case Sighting(state=SightingState.FAILED):
            _given_up(ports, envelope, sighting)
        case _:
            pass
    return None


def _given_up(ports: Ports, envelope: Envelope, sighting: Sighting) -> None:
    """Write down, for everybody it was for, that the provider gave an envelope up, and why."""
    why = f"{sighting.reason} {sighting.code}".strip()
    attempts = Attempt.objects.filter(envelope=envelope)
    for address in list(attempts.values_list("message__address", flat=True)):
        record_report(ports, envelope.pk, address, ReportedState.FAILED, why, ports.clock.now())
    Envelope.objects.filter(pk=envelope.pk).update(
        code=sighting.code[:100], explanation=sighting.reason[:500]
    )


def _is_open(envelope: Envelope) -> bool:
    """Say whether nobody has reported yet how the envelope has ended."""
    return Message.objects.filter(envelope=envelope, state=MessageState.ACCEPTED).exists()


def _put_off(lane: Lane, until: datetime) -> None:
    """Ask about no envelope of the lane before a moment, for the quota of asking is used up."""
    WorkItem.objects.filter(lane=lane, kind=FOLLOW, due_at__lt=until).update(due_at=until)
