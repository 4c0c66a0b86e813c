"""Envelopes nobody is sure of: asked for at the provider, sent again, or left to be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from classbell.delivery.handlers import Handlers
from classbell.delivery.holding import Holding
from classbell.delivery.lanes import renew
from classbell.delivery.ledger import move
from classbell.delivery.retry import Fail, decide, delay
from classbell.delivery.work import put
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.mail import Sighting, SightingState
from classbell.ports.words import marked as _
from classbell.storage.models import Envelope, EnvelopeState, Lane, Message, MessageState

LOOK_UP = "look_up"
"""Kind of the work item that asks the provider what came of one envelope."""

LOOK_UP_PRIORITY = 20
"""Before bulk: until it is known, the message counts as sent, and its reader may wait for it."""

INTERRUPTED = "interrupted"
INTERRUPTED_REASON = (
    "The process that sent this was stopped before it knew the answer; it may have arrived."
)
NEVER_SENT = "never_sent"

RESTORED = "restored"
RESTORED_REASON = _(
    "The database was put back from a backup, after which this may have been sent already; "
    "somebody has to decide."
)
"""A message with this code is never sent again by itself, whatever is found out about one try: a
later try, which the backup does not know, may have succeeded."""

RESENDS = 3
"""Most attempts of a message whose kind is sent again when in doubt."""

UNDER_WAY = timedelta(seconds=30)
"""When to ask again where the provider cannot say yet."""

PATIENCE = timedelta(days=1)
"""For how long it is asked. Then the kind's own rule decides."""


def doubt_older(holding: Holding, now: datetime) -> int:
    """Mark as unknown what a former holder had on the wire when it was lost.

    Args:
        holding: the lane just taken.
        now: business time.

    Returns:
        How many envelopes are in doubt.
    """
    lane, taken = holding.lane, holding.taken
    older = Envelope.objects.filter(lane=lane, state=EnvelopeState.SENDING, epoch__lt=taken.epoch)
    if not older.exists():
        return 0
    with transaction.atomic():
        renew(taken)
        doubtful = list(older.values_list("pk", flat=True))
        move(
            Message.objects.filter(lane=lane, epoch__lt=taken.epoch),
            start=MessageState.SENDING,
            end=MessageState.UNKNOWN,
            now=now,
            reason_code=INTERRUPTED,
            reason=INTERRUPTED_REASON,
        )
        older.update(
            state=EnvelopeState.UNKNOWN,
            settled_at=now,
            verdict=VerdictKind.UNKNOWN,
            code=INTERRUPTED,
            explanation=INTERRUPTED_REASON,
        )
        for envelope_id in doubtful:
            kind, attempt = _kind_and_attempt(envelope_id)
            doubt(lane, envelope_id, attempt, now, resend=holding.handlers.resends_unknown(kind))
    return len(doubtful)


def doubt(lane: Lane, envelope_id: UUID, attempt: int, now: datetime, *, resend: bool) -> None:
    """Decide about an envelope that was just marked unknown, in the same transaction.

    Where the provider can be asked, it is. Elsewhere the kind of its messages decides: a second
    copy is either harmless, or worse than none.

    Args:
        lane: the holder's lane.
        envelope_id: which envelope; its messages are unknown.
        attempt: how often its messages were tried.
        now: business time.
        resend: whether a second copy is harmless.
    """
    if Envelope.objects.filter(pk=envelope_id, traceable=True).exists():
        put(
            lane,
            kind=LOOK_UP,
            subject=str(envelope_id),
            due_at=now + delay(1),
            priority=LOOK_UP_PRIORITY,
        )
    elif resend and attempt < RESENDS:
        _queue_again(envelope_id, now, due_at=now + delay(attempt))


def look_up(clock: Clock, handlers: Handlers, lane: Lane, subject: str) -> datetime | None:
    """Ask the provider what came of an envelope; the work function «look up».

    Args:
        clock: business time.
        handlers: how to ask, and what unknown means for each kind.
        lane: whose envelope.
        subject: the envelope's id.

    Returns:
        When to ask again, or None where it is decided.

    Raises:
        ProviderFailure: the provider could not be asked; it is asked again.
    """
    envelope = Envelope.objects.filter(pk=UUID(subject), state=EnvelopeState.UNKNOWN).first()
    if envelope is None:
        return None
    asked_at = clock.now()
    patient = asked_at < envelope.started_at + PATIENCE
    sighting = _asked(handlers, lane, envelope.pk, asked_at, patient=patient)
    now = clock.now()
    if sighting is not None and sighting.state is SightingState.UNDER_WAY and patient:
        return now + UNDER_WAY
    with transaction.atomic():
        _decide(envelope, sighting, handlers, now)
    return None


def _asked(
    handlers: Handlers, lane: Lane, envelope_id: UUID, now: datetime, *, patient: bool
) -> Sighting | None:
    """Ask the provider; None where it cannot tell, or has refused to for too long.

    A refusal of the question says nothing of the mail, so as long as there is patience it is a
    failure that passes: given up like other work, it would leave the mail in doubt for a day.
    """
    try:
        return handlers.look_up(lane, envelope_id)
    except ProviderFailure as failure:
        if not isinstance(decide(failure.verdict, 1, now), Fail):
            raise
        if not patient:
            return None
        raise ProviderFailure(replace(failure.verdict, kind=VerdictKind.RETRY)) from failure


def _decide(
    envelope: Envelope, sighting: Sighting | None, handlers: Handlers, now: datetime
) -> None:
    """Write down what the provider says of an envelope."""
    match sighting:
        case Sighting(state=SightingState.SENT, accepted=accepted):
            _envelope(
                envelope,
                now,
                state=EnvelopeState.ACCEPTED,
                provider_id=accepted.provider_id[:200],
                internet_message_id=accepted.internet_message_id[:300],
                request_id=(accepted.request_id or envelope.request_id)[:100],
            )
            _messages(envelope.pk, MessageState.ACCEPTED, now, reason_code="", reason="")
        case Sighting(state=SightingState.FAILED, code=code, reason=reason):
            _envelope(envelope, now, state=EnvelopeState.REFUSED, code=code[:100])
            _messages(
                envelope.pk,
                MessageState.FAILED,
                now,
                reason_code=code[:100],
                reason=reason[:500],
            )
        case Sighting(state=SightingState.NEVER_SENT):
            _, attempt = _kind_and_attempt(envelope.pk)
            # A provider that goes on breaking is left alone for longer each time, as ever.
            again_at = max(now, (envelope.settled_at or now) + delay(attempt))
            _envelope(envelope, now, state=EnvelopeState.REFUSED, code=NEVER_SENT)
            _queue_again(envelope.pk, now, due_at=again_at)
        case _:
            kind, attempt = _kind_and_attempt(envelope.pk)
            if handlers.resends_unknown(kind) and attempt < RESENDS:
                _queue_again(envelope.pk, now, due_at=now)


def _queue_again(envelope_id: UUID, now: datetime, *, due_at: datetime) -> None:
    """Let the messages of an envelope be sent once more; why stays readable in its attempts."""
    move(
        Message.objects.filter(envelope_id=envelope_id).exclude(reason_code=RESTORED),
        start=MessageState.UNKNOWN,
        end=MessageState.QUEUED,
        now=now,
        due_at=due_at,
    )


def _messages(envelope_id: UUID, end: MessageState, now: datetime, **changes: object) -> None:
    move(
        Message.objects.filter(envelope_id=envelope_id),
        start=MessageState.UNKNOWN,
        end=end,
        now=now,
        **changes,
    )


def _envelope(envelope: Envelope, now: datetime, **changes: object) -> None:
    rows = Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.UNKNOWN)
    rows.update(settled_at=now, **changes)


def _kind_and_attempt(envelope_id: UUID) -> tuple[str, int]:
    """Return the kind of an envelope's messages and how often they were tried."""
    rows = Message.objects.filter(envelope_id=envelope_id)
    found = rows.values_list("notification__kind", "attempt").first()
    return found or ("", 0)
