"""Sending messages again that failed, came back, or of which nobody knows whether they left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from classbell.delivery.ledger import TRANSITIONS, move
from classbell.delivery.work import wake
from classbell.domain.notifications.destination import destination_of
from classbell.domain.notifications.kinds import REGISTRY
from classbell.domain.notifications.preferences import DECLINED, declined_pairs
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, Lane, Message, MessageState
from classbell.storage.scope import Scope

ENDED_BADLY = (
    MessageState.FAILED,
    MessageState.UNKNOWN,
    MessageState.BOUNCED,
    MessageState.EXPIRED,
)

MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What sending some messages again comes to.

    Attributes:
        certain: those that surely did not arrive, and can go again.
        doubtful: those that may have arrived, so that their readers may get them twice.
        refused: those that cannot go again, each with one sentence that says why.
    """

    certain: tuple[Message, ...]
    doubtful: tuple[Message, ...]
    refused: tuple[tuple[Message, str], ...]

    @property
    def returned(self) -> tuple[Message, ...]:
        """Those that came back: while the address is not mended, they come back again."""
        return tuple(one for one in self.certain if one.state == MessageState.BOUNCED)


def may_go_again(state: str) -> bool:
    """Say whether a message in this state may be sent again, if nothing else speaks against it."""
    start = MessageState(state)
    return start in ENDED_BADLY and MessageState.QUEUED in TRANSITIONS[start]


def choose_again(ports: Ports, catalog: Catalog, ids: Collection[int]) -> Choice:
    """Say which of some messages of a catalog can be sent again; changes nothing.

    Args:
        ports: the clock, and which routes there are.
        catalog: whose messages; those of other catalogs do not exist here.
        ids: which; no more than ``MOST_AT_ONCE`` are looked at.
    """
    judged = _judge(ports, catalog, ids)
    able = [one for one in judged if not one.why_not]
    return Choice(
        certain=tuple(one.message for one in able if not one.in_doubt),
        doubtful=tuple(one.message for one in able if one.in_doubt),
        refused=tuple((one.message, one.why_not) for one in judged if one.why_not),
    )


def send_again(
    ports: Ports, *, catalog: Catalog, ids: Collection[int], actor: Actor, also_doubtful: bool
) -> int:
    """Send messages of a catalog again: the same row, tried anew on the route of today.

    Args:
        ports: the outside.
        catalog: whose messages.
        ids: which of them; those that cannot go again stay as they are, see ``choose_again``.
        actor: who wants it.
        also_doubtful: whether those that may have arrived are sent as well.

    Returns:
        How many are queued by this call.

    Raises:
        NotAllowed, NotFoundHere: the actor is no admin of the catalog.
    """
    require_actor_administers(actor, catalog)
    now = ports.clock.now()
    with transaction.atomic():
        queued = [
            one
            for one in _judge(ports, catalog, ids)
            if (also_doubtful or not one.in_doubt) and _queue(one, now)
        ]
        lanes = {one.lane for one in queued if one.lane is not None}
        for lane in sorted(lanes, key=lambda lane: lane.pk):
            wake(ports, lane, now)
        if queued:
            _tell(ports, catalog, actor, queued)
    return len(queued)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A message, the lane it would take now, and why it cannot; empty where it can."""

    message: Message
    lane: Lane | None
    why_not: str

    @property
    def in_doubt(self) -> bool:
        return self.message.state == MessageState.UNKNOWN


def _judge(ports: Ports, catalog: Catalog, ids: Collection[int]) -> list[_Judged]:
    """Judge messages of a catalog, newest first."""
    scope, now = Scope(catalog.organisation_id, frozenset({catalog.pk})), ports.clock.now()
    chosen = sorted(set(ids))[:MOST_AT_ONCE]
    rows = scope.of(Message).filter(pk__in=chosen).select_related("notification__catalog")
    judged, messages = [], list(rows.defer("notification__audience").order_by("-id"))
    declined = declined_pairs([one.person_id for one in messages if one.person_id])
    for one in messages:
        lane, why_not = None, _why_not(one, now)
        if (one.person_id, one.notification.kind) in declined:
            why_not = why_not or DECLINED[1]
        if not why_not:
            destination = destination_of(ports, one.notification)
            lane, why_not = destination.lane, destination.reason[1]
        judged.append(_Judged(one, lane, why_not))
    return judged


def _why_not(message: Message, now: datetime) -> str:
    """Say why a message cannot go again, as far as the row itself tells."""
    if message.state not in ENDED_BADLY:
        return "It did not fail, so there is nothing to send again."
    if message.state == MessageState.EXPIRED or message.expires_at <= now:
        return "What it is about is over."
    if message.notification.kind not in REGISTRY:
        return "Messages of its kind are not sent any more."
    return ""


def _queue(judged: _Judged, now: datetime) -> bool:
    """Queue one message again; False where it cannot be, or has moved on meanwhile."""
    if judged.why_not or judged.lane is None:
        return False
    return bool(
        move(
            Message.objects.filter(pk=judged.message.pk),
            start=MessageState(judged.message.state),
            end=MessageState.QUEUED,
            now=now,
            lane=judged.lane,
            due_at=now,
            attempt=0,
            reason_code="",
            reason="",
        )
    )


def _tell(ports: Ports, catalog: Catalog, actor: Actor, queued: Collection[_Judged]) -> None:
    """Write record and event."""
    facts = {
        "messages": len(queued),
        "maybe_twice": sum(one.in_doubt for one in queued),
        "ids": [one.message.pk for one in queued],
    }
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action="messages.sent_again",
        subject=f"catalog:{catalog.slug}",
        after=facts,
    )
    emit(
        ports,
        catalog=catalog,
        name="messages.sent_again",
        payload={"catalog": catalog.slug, **facts},
    )
