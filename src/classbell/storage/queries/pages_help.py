"""The figures that stand beside the points of the help on delivery problems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from classbell.storage.models import (
    Catalog,
    CourseSession,
    Entry,
    Envelope,
    EnvelopeState,
    Lane,
    LaneKind,
    MessageState,
)
from classbell.storage.queries.message_counts import Tally, count
from classbell.storage.queries.message_log import first_id_since
from classbell.storage.queries.pages_shell import ConnectionStatus, connection_status
from classbell.storage.scope import Scope

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
MOST = 10_000
"""Messages are counted no further, so that the page is as fast after years."""
SPENT = (EnvelopeState.SENDING, EnvelopeState.ACCEPTED, EnvelopeState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """How delivery of one catalog stands.

    Attributes:
        status: how the catalog is connected.
        queued, held: messages that wait for their turn, and for the account or a decision.
        accepted, failed, uncertain, not_sent: what became of the messages written in the last
            seven days.
        spent_today: recipients of the account in the last 24 hours, of all its catalogs.
        troubled_entries: sessions to come whose calendar entry needs attention.
    """

    status: ConnectionStatus
    queued: Tally
    held: Tally
    accepted: Tally
    failed: Tally
    uncertain: Tally
    not_sent: Tally
    spent_today: int
    troubled_entries: int


def delivery_figures(catalog: Catalog, *, now: datetime) -> DeliveryFigures:
    """Count what the help on delivery problems names.

    Args:
        catalog: which.
        now: business time.
    """
    scope = Scope(catalog.organisation_id, frozenset({catalog.pk}))
    states, messages = MessageState, catalog.messages.all()
    week = messages.filter(id__gte=first_id_since(now - WEEK))
    status = connection_status(catalog)
    return DeliveryFigures(
        status=status,
        spent_today=_spent(status, since=now - DAY),
        troubled_entries=_troubled(scope, now),
        queued=count(messages, (states.QUEUED, states.SENDING), most=MOST),
        held=count(messages, (states.HELD,), most=MOST),
        accepted=count(week, (states.ACCEPTED, states.DELIVERED), most=MOST),
        failed=count(week, (states.FAILED, states.BOUNCED), most=MOST),
        uncertain=count(week, (states.UNKNOWN,), most=MOST),
        not_sent=count(week, (states.NOT_SENT, states.EXPIRED), most=MOST),
    )


def _spent(status: ConnectionStatus, *, since: datetime) -> int:
    """Count the recipients that the catalog's account wrote to since a moment."""
    if status.account is None:
        return 0
    lanes = Lane.objects.filter(kind=LaneKind.MAILBOX, key=str(status.account.pk))
    rows = Envelope.objects.filter(lane__in=lanes, state__in=SPENT, started_at__gte=since)
    return rows.aggregate(total=Sum("recipients"))["total"] or 0


def _troubled(scope: Scope, now: datetime) -> int:
    """Count sessions to come whose entry could not be made as it should be."""
    coming = scope.of(CourseSession).filter(ends_at__gt=now, cancelled_at=None)
    return Entry.objects.filter(session__in=coming).exclude(problem="").count()
