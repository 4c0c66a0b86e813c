"""Rendering the messages that go next, and claiming what goes on the wire now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import F, OuterRef, Subquery

from classbell.delivery.choosing import Bundle, Head, bundles
from classbell.delivery.handlers import Handlers, Rendered, Undeliverable
from classbell.delivery.hold import expire_of_lane
from classbell.delivery.holding import Holding
from classbell.delivery.ledger import move
from classbell.delivery.pace import URGENT, Budget, Pace
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
class Prepared:
    """A rendered envelope that is not claimed yet."""

    envelope_id: UUID
    message_ids: tuple[int, ...]
    head: Head
    rendered: Rendered

    @property
    def urgent(self) -> bool:
        """Whether it may use the reserve."""
        return self.head.priority <= URGENT


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a lane sends next: of which catalog and priority, and how much of it."""

    head: Head
    budget: Budget


def prepare(
    lane: Lane, handlers: Handlers, pace: Pace, chosen: Chosen, now: datetime, *, most: int
) -> list[Prepared]:
    """Render the envelopes that go next, before they are claimed.

    A message that cannot be rendered fails here and stops nobody; one whose time has passed
    expires here.

    Args:
        lane: whose messages.
        handlers: how to render.
        pace: the limits in force.
        chosen: which messages, and how many may go.
        now: business time.
        most: how many envelopes to prepare at most.
    """
    found = list(bundles(lane, chosen.head, now, most=most, budget=chosen.budget, pace=pace))
    if any(bundle.expires_at <= now for bundle in found):
        while expire_of_lane(lane, now, limit=_EXPIRE_AT_ONCE) == _EXPIRE_AT_ONCE:
            continue
        found = list(bundles(lane, chosen.head, now, most=most, budget=chosen.budget, pace=pace))
    ready: list[Prepared] = []
    mails = handlers.render([bundle.message_ids for bundle in found]) if found else ()
    for bundle, rendered in zip(found, mails, strict=True):
        if isinstance(rendered, Rendered):
            ready.append(Prepared(uuid.uuid4(), bundle.message_ids, chosen.head, rendered))
        else:
            _unwritable(bundle, rendered, now)
    return ready


def _unwritable(bundle: Bundle, fault: Exception, now: datetime) -> None:
    """Settle that the messages of an envelope cannot be written, or cannot be now."""
    if isinstance(fault, Undeliverable):
        verdict = Verdict(VerdictKind.REFUSED, code=fault.code, explanation=fault.reason)
    else:
        # A template that breaks on one row must not stop the lane's other mail.
        log.error("mail cannot be rendered", message=bundle.message_ids[0], exc_info=fault)
        verdict = _BROKEN
    unsent = Message.objects.filter(pk__in=bundle.message_ids)
    facts = {"reason_code": verdict.code, "reason": verdict.explanation[:500]}
    match decide(verdict, bundle.attempt + 1, now):
        case Retry(at):
            unsent.filter(state=MessageState.QUEUED).update(
                due_at=at, attempt=F("attempt") + 1, **facts
            )
        case Fail():
            move(unsent, start=MessageState.QUEUED, end=MessageState.FAILED, now=now, **facts)
        case other:
            raise AssertionError(f"Rendering cannot lead to {other}.")


def claim(holding: Holding, prepared: Sequence[Prepared], now: datetime) -> list[Claim]:
    """Claim as much of what is prepared as may go on the wire now.

    Belongs into a transaction that has renewed the lease, which fences it. An envelope of which
    something was cancelled, held, expired or given to another lane since it was prepared is left
    out; what remains of it is prepared anew.

    Args:
        holding: the lane, its lease renewed.
        prepared: rendered envelopes, in order, of one catalog and priority.
        now: business time.
    """
    wanted = [pk for each in prepared for pk in each.message_ids]
    if not wanted:
        return []
    # What somebody is just holding or cancelling is theirs: waiting for it could be for ever.
    rows = Message.objects.select_for_update(skip_locked=True).filter(
        pk__in=wanted, lane=holding.lane, state=MessageState.QUEUED, expires_at__gt=now
    )
    attempts = dict(rows.order_by("id").values_list("pk", "attempt"))
    whole = [each for each in prepared if all(pk in attempts for pk in each.message_ids)]
    if not whole:
        return []
    _write(holding, whole, attempts, now)
    for each in whole:
        holding.meter.note(
            recipients=len(each.message_ids),
            size=size_of(each.rendered.mail),
            catalog_id=each.head.catalog_id,
        )
    return [
        Claim(
            envelope_id=each.envelope_id,
            message_ids=each.message_ids,
            attempt=attempts[each.message_ids[0]] + 1,
            mail=each.rendered.mail,
            resend_unknown=each.rendered.resend_unknown,
        )
        for each in whole
    ]


def size_of(mail: Mail) -> int:
    """Return about how many bytes a mail takes on the wire; files travel in base64."""
    files = sum(len(each.content) for each in mail.attachments) * 4 // 3
    people = sum(len(one.address) + len(one.name) + 50 for one in (*mail.to, *mail.cc, *mail.bcc))
    return len(mail.html) + len(mail.text) + len(mail.subject) + files + people


def _write(
    holding: Holding, whole: Sequence[Prepared], attempts: dict[int, int], now: datetime
) -> None:
    """Write one envelope each with its attempts, and move its messages to sending."""
    Envelope.objects.bulk_create(_envelope(holding, each, now) for each in whole)
    Attempt.objects.bulk_create(
        Attempt(message_id=pk, envelope_id=each.envelope_id, number=attempts[pk] + 1)
        for each in whole
        for pk in each.message_ids
    )
    # Which envelope each message is in stands in the attempts just written.
    own = Attempt.objects.filter(
        message=OuterRef("pk"), envelope__in=[each.envelope_id for each in whole]
    )
    move(
        Message.objects.filter(pk__in=[pk for each in whole for pk in each.message_ids]),
        start=MessageState.QUEUED,
        end=MessageState.SENDING,
        now=now,
        epoch=holding.taken.epoch,
        attempt=F("attempt") + 1,
        envelope_id=Subquery(own.values("envelope_id")[:1]),
    )


def _envelope(holding: Holding, each: Prepared, now: datetime) -> Envelope:
    """Make the row of an envelope that goes on the wire now."""
    mail = each.rendered.mail
    people = (*mail.to, *mail.cc, *mail.bcc)
    lane, handlers = holding.lane, holding.handlers
    return Envelope(
        id=each.envelope_id,
        lane=lane,
        catalog_id=each.head.catalog_id,
        epoch=holding.taken.epoch,
        route=lane.kind,
        state=EnvelopeState.SENDING,
        recipients=len(each.message_ids),
        external_recipients=sum(handlers.is_external(one.address) for one in people),
        size=size_of(mail),
        traceable=handlers.traceable,
        started_at=now,
    )
