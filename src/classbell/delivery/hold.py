"""Keeping mail that cannot go now, letting it go later, and giving up what is too late."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When

from classbell.delivery.ledger import WAITING, move
from classbell.ports.bundle import Ports
from classbell.storage.models import Lane, Message, MessageState

EXPIRED = "expired"
EXPIRED_REASON = "Its time had passed before it could be sent."


def hold(lane: Lane, *, reason_code: str, reason: str, now: datetime) -> int:
    """Keep a lane's waiting mail until ``release``; what is on the wire settles by itself.

    Args:
        lane: whose mail.
        reason_code: a stable word, such as ``account_lost``.
        reason: one plain sentence for the delivery log.
        now: business time.

    Returns:
        How many messages are held by this call.
    """
    return move(
        Message.objects.filter(lane=lane),
        start=MessageState.QUEUED,
        end=MessageState.HELD,
        now=now,
        reason_code=reason_code,
        reason=reason,
    )


def release(ports: Ports, lane: Lane, now: datetime) -> int:
    """Let a lane's held mail go; what has expired meanwhile is given up.

    The messages keep their due time, so they go before newer mail of the same priority. A pause
    that was made because of the lane's failure ends as well.

    Returns:
        How many messages are queued again.
    """
    with transaction.atomic():
        held = Message.objects.filter(lane=lane)
        _expire(held.filter(expires_at__lte=now), MessageState.HELD, now)
        queued = move(
            held,
            start=MessageState.HELD,
            end=MessageState.QUEUED,
            now=now,
            reason_code="",
            reason="",
        )
        Lane.objects.filter(pk=lane.pk).update(blocked_until=None)
        ports.doorbell.ring([lane.pk])
    return queued


def cancel_waiting(
    messages: QuerySet[Message], *, reason_code: str, reason: str, now: datetime
) -> int:
    """Cancel those of the given messages that still wait, queued or held.

    Args:
        messages: which messages.
        reason_code: a stable word, such as ``session_cancelled``.
        reason: one plain sentence for the delivery log.
        now: business time.

    Returns:
        How many are cancelled by this call.
    """
    with transaction.atomic():
        return sum(
            move(
                messages,
                start=state,
                end=MessageState.CANCELLED,
                now=now,
                reason_code=reason_code,
                reason=reason,
            )
            for state in WAITING
        )


def expire_due(now: datetime, *, limit: int) -> int:
    """Give up messages whose time has passed, at most ``limit`` of them in one transaction.

    Args:
        now: business time.
        limit: kept small, for on SQLite no other writer gets in meanwhile.

    Returns:
        How many have expired by this call.
    """
    gone = 0
    for state in WAITING:
        late = list(
            Message.objects.filter(state=state, expires_at__lte=now)
            .order_by("expires_at")
            .values_list("pk", flat=True)[: limit - gone]
        )
        if late:
            gone += _expire(Message.objects.filter(pk__in=late), state, now)
    return gone


def expire_of_lane(lane: Lane, now: datetime, *, limit: int) -> int:
    """Give up a lane's queued messages whose time has passed, before anything else is sent."""
    late = list(
        Message.objects.filter(
            lane=lane, state=MessageState.QUEUED, due_at__lte=now, expires_at__lte=now
        ).values_list("pk", flat=True)[:limit]
    )
    return _expire(Message.objects.filter(pk__in=late), MessageState.QUEUED, now) if late else 0


def _expire(messages: QuerySet[Message], state: MessageState, now: datetime) -> int:
    """Move messages to expired; what had stopped them stays readable as the reason."""
    return move(
        messages,
        start=state,
        end=MessageState.EXPIRED,
        now=now,
        reason_code=EXPIRED,
        reason=Case(When(reason="", then=Value(EXPIRED_REASON)), default=F("reason")),
    )
