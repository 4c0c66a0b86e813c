"""Writing down what a provider reports later about mail that it had taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from classbell.delivery.ledger import WAITING, move
from classbell.ports.bundle import Ports
from classbell.ports.reports import ReportedState
from classbell.storage.models import Attempt, Envelope, EnvelopeState, Message, MessageState

LOOKS = 3
"""A message that changes its state so often under our hands is left to the report's repetition."""

ARRIVES = frozenset({MessageState.ACCEPTED, MessageState.UNKNOWN, *WAITING})
"""States that news of its arrival ends. What waits was to be tried again although it had left."""

COMES_BACK = frozenset({MessageState.ACCEPTED, MessageState.UNKNOWN, MessageState.DELIVERED})
"""States that news of its failure ends; what is to be tried again anyway is tried."""


class ReportResult(StrEnum):
    """What came of a report."""

    RECORDED = "recorded"
    """It is written down, or tells nothing new."""
    UNKNOWN_MESSAGE = "unknown_message"
    """No such envelope went to this address."""
    TOO_EARLY = "too_early"
    """The message is on the wire: whoever holds it has not settled it yet."""


@dataclass(frozen=True, slots=True)
class _News:
    """What is reported about an envelope for one recipient."""

    envelope_id: UUID
    outcome: ReportedState
    detail: str
    at: datetime


def record_report(  # noqa: PLR0917 -- the few things that every kind of report consists of
    ports: Ports,
    envelope_id: UUID,
    address: str,
    outcome: ReportedState,
    detail: str,
    at: datetime,
) -> ReportResult:
    """Write down what became of an envelope for one recipient. Repeating it changes nothing.

    Args:
        ports: the clock.
        envelope_id: the id that went along with the mail.
        address: the recipient, in any case.
        outcome: what the provider says.
        detail: why it did not arrive, a sentence or two; empty where it did.
        at: when it was delivered or given up, aware UTC; one that lies ahead counts as now.
    """
    rows = Attempt.objects.filter(envelope_id=envelope_id, message__address__iexact=address)
    attempt = rows.select_related("message").first()
    if attempt is None:
        return ReportResult.UNKNOWN_MESSAGE
    message = attempt.message
    news = _News(envelope_id, outcome, detail, min(at, ports.clock.now()))
    for _ in range(LOOKS):
        start = MessageState(message.state)
        if start == MessageState.SENDING:
            return ReportResult.TOO_EARLY
        end = _end(start, news, is_latest=message.envelope_id == envelope_id)
        if end is None or _recorded(message, start, end, news):
            return ReportResult.RECORDED
        message.refresh_from_db(fields=["state", "envelope"])
    return ReportResult.TOO_EARLY


def _end(start: MessageState, news: _News, *, is_latest: bool) -> MessageState | None:
    """Return what a message becomes by a report; None where the report changes nothing.

    Args:
        start: as it stands.
        news: what is reported.
        is_latest: whether it is about the last try; a failure of an earlier one is history.
    """
    if news.outcome.arrived:
        return MessageState.DELIVERED if start in ARRIVES else None
    return MessageState.BOUNCED if start in COMES_BACK and is_latest else None


def _recorded(message: Message, start: MessageState, end: MessageState, news: _News) -> bool:
    """Move the message if it still is in its state; a report proves that its envelope was taken."""
    code = reason = ""
    if end == MessageState.BOUNCED:
        code, reason = news.outcome.value, news.detail
    with transaction.atomic():
        moved = move(
            Message.objects.filter(pk=message.pk),
            start=start,
            end=end,
            now=news.at,
            reason_code=code,
            reason=reason[:500],
        )
        if moved:
            _taken(news)
    return bool(moved)


def _taken(news: _News) -> None:
    """End the doubt about an envelope, and with it the doubt about all that it carries."""
    unknown = Envelope.objects.filter(pk=news.envelope_id, state=EnvelopeState.UNKNOWN)
    if unknown.update(state=EnvelopeState.ACCEPTED):
        move(
            Message.objects.filter(envelope_id=news.envelope_id),
            start=MessageState.UNKNOWN,
            end=MessageState.ACCEPTED,
            now=news.at,
            reason_code="",
            reason="",
        )
