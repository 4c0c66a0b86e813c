"""Choosing the messages that go next, and claiming what goes on the wire now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import Case, F, UUIDField, Value, When

from classbell.delivery.handlers import Handlers, Undeliverable
from classbell.delivery.hold import expire_of_lane
from classbell.delivery.lanes import TakenLane
from classbell.delivery.ledger import move
from classbell.delivery.pace import URGENT, budget
from classbell.delivery.retry import INTERNAL_ERROR, Fail, Retry, decide
from classbell.delivery.wire import Claim
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.mail import Mail
from classbell.storage.models import (
    Attempt,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
)

log = structlog.get_logger(__name__)

_EXPIRE_AT_ONCE = 500

_BROKEN = Verdict(
    VerdictKind.RETRY,
    code=INTERNAL_ERROR,
    explanation="A fault of Classbell prevents this message from being written.",
)


@dataclass(frozen=True, slots=True)
class Head:
    """The first queued message of one priority."""

    priority: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rendered message that is not claimed yet."""

    message_id: int
    urgent: bool
    mail: Mail


def heads(lane: Lane) -> list[Head]:
    """Return the earliest queued message of each priority, most urgent first.

    One step in the index for each priority there is, however long the queue.
    """
    found: list[Head] = []
    queued = Message.objects.filter(lane=lane, state=MessageState.QUEUED).order_by(
        "priority", "due_at", "id"
    )
    while True:
        beyond = queued.filter(priority__gt=found[-1].priority) if found else queued
        row = beyond.values_list("priority", "due_at").first()
        if row is None:
            return found
        found.append(Head(*row))


def prepare(lane: Lane, handlers: Handlers, now: datetime, *, limit: int) -> list[Prepared]:
    """Render the messages that go next, before they are claimed.

    A message that cannot be rendered fails here and stops nobody; one whose time has passed
    expires here.

    Args:
        lane: whose messages.
        handlers: how to render.
        now: business time.
        limit: how many to prepare at most.
    """
    for head in heads(lane):
        if head.due_at > now:
            continue
        rows = _due(lane, head.priority, now, limit)
        if any(row.expires_at <= now for row in rows):
            while expire_of_lane(lane, now, limit=_EXPIRE_AT_ONCE) == _EXPIRE_AT_ONCE:
                continue
            rows = _due(lane, head.priority, now, limit)
        ready = [
            Prepared(row.pk, row.priority <= URGENT, mail)
            for row in rows
            if (mail := _rendered(handlers, row, now)) is not None
        ]
        if ready or rows:
            return ready
    return []


def _due(lane: Lane, priority: int, now: datetime, limit: int) -> list[Message]:
    """Read the next messages of one priority, in the order of their due time."""
    return list(
        Message.objects.filter(
            lane=lane, state=MessageState.QUEUED, priority=priority, due_at__lte=now
        )
        .order_by("due_at", "id")
        .only("id", "priority", "expires_at", "attempt")[:limit]
    )


def _rendered(handlers: Handlers, row: Message, now: datetime) -> Mail | None:
    """Render one message, or settle that it cannot be."""
    try:
        return handlers.render(row.pk)
    except Undeliverable as reason:
        verdict = Verdict(VerdictKind.REFUSED, code=reason.code, explanation=reason.reason)
    except Exception:  # a template that breaks on one row must not stop the lane's other mail
        log.exception("message cannot be rendered", message=row.pk)
        verdict = _BROKEN
    unsent = Message.objects.filter(pk=row.pk, attempt=row.attempt)
    match decide(verdict, row.attempt + 1, now):
        case Retry(at):
            unsent.filter(state=MessageState.QUEUED).update(
                due_at=at,
                attempt=row.attempt + 1,
                reason_code=verdict.code,
                reason=verdict.explanation[:500],
            )
        case Fail():
            move(
                unsent,
                start=MessageState.QUEUED,
                end=MessageState.FAILED,
                now=now,
                reason_code=verdict.code,
                reason=verdict.explanation[:500],
            )
        case other:
            raise AssertionError(f"Rendering cannot lead to {other}.")
    return None


def claim(
    lane: Lane, taken: TakenLane, handlers: Handlers, prepared: Sequence[Prepared], now: datetime
) -> list[Claim]:
    """Claim as much of what is prepared as may go on the wire now.

    Belongs into a transaction that has renewed the lease, which fences it. What was cancelled,
    held or expired since it was prepared is left out.

    Args:
        lane: whose messages.
        taken: the hold on the lane.
        handlers: for the pace.
        prepared: rendered messages, in order.
        now: business time; the envelopes count for the pace from here on.
    """
    allowed = 0
    if prepared:
        allowed = budget(lane, now, handlers.pace, urgent=prepared[0].urgent).now_allowed
    mails = {item.message_id: item.mail for item in prepared[:allowed]}
    rows = list(
        Message.objects.select_for_update()
        .filter(pk__in=mails, state=MessageState.QUEUED, expires_at__gt=now)
        .order_by("due_at", "id")
        .values_list("pk", "attempt")
    )
    claims = [Claim(uuid.uuid4(), pk, attempt + 1, mails[pk]) for pk, attempt in rows]
    if claims:
        _write(lane, taken, claims, now)
    return claims


def _write(lane: Lane, taken: TakenLane, claims: Sequence[Claim], now: datetime) -> None:
    """Write one envelope and attempt for each claim, and move its message to sending."""
    Envelope.objects.bulk_create(
        Envelope(
            id=each.envelope_id,
            lane=lane,
            epoch=taken.epoch,
            route=lane.kind,
            state=EnvelopeState.SENDING,
            recipients=1,
            started_at=now,
        )
        for each in claims
    )
    envelope_of = Case(
        *(When(pk=each.message_id, then=Value(each.envelope_id)) for each in claims),
        output_field=UUIDField(),
    )
    move(
        Message.objects.filter(pk__in=[each.message_id for each in claims]),
        start=MessageState.QUEUED,
        end=MessageState.SENDING,
        now=now,
        epoch=taken.epoch,
        attempt=F("attempt") + 1,
        envelope_id=envelope_of,
    )
    Attempt.objects.bulk_create(
        Attempt(message_id=each.message_id, envelope_id=each.envelope_id, number=each.attempt)
        for each in claims
    )
