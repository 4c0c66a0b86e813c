"""What lanes have spent of their limits, and what waits on them: the figures behind a forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Count, QuerySet, Sum

from classbell.storage.models import (
    Envelope,
    EnvelopeState,
    Lane,
    LaneKind,
    Message,
    MessageState,
    Organisation,
)

HOUR = timedelta(hours=1)
DAY_HOURS = 24
SPENT = (EnvelopeState.SENDING, EnvelopeState.ACCEPTED, EnvelopeState.UNKNOWN)
"""What may have reached the provider counts as sent; what it refused does not."""

MOST_COUNTED = 100_000
"""Counting goes no further: a page must not be slow because much waits."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits on a lane.

    Attributes:
        personal: messages that go singly.
        shared: people in each group of messages that may share envelopes.
        more: whether there are more than were counted.
    """

    personal: int
    shared: tuple[int, ...]
    more: bool


def lane_of(kind: LaneKind, key: str) -> Lane | None:
    """Return a lane, or None where nothing was ever sent there."""
    return Lane.objects.filter(kind=kind, key=key).first()


def recipients_since(lane: Lane, since: datetime) -> int:
    """Count the recipients that a lane has written to since a moment."""
    return _recipients(_spent(lane).filter(started_at__gte=since))


def recipients_by_hour(lane: Lane, now: datetime) -> list[int]:
    """Count the recipients of each of the last 24 hours, the latest hour first."""
    rows = _spent(lane)
    edges = [now - hour * HOUR for hour in range(DAY_HOURS + 1)]
    return [
        _recipients(rows.filter(started_at__gt=begin, started_at__lte=end))
        for end, begin in pairwise(edges)
    ]


def envelopes_since(lane: Lane, since: datetime) -> int:
    """Count the envelopes that a lane has sent since a moment."""
    return _spent(lane).filter(started_at__gte=since).count()


def queue_of(lane: Lane) -> Queue:
    """Count what waits on a lane: what goes singly, and what may share envelopes."""
    queued = Message.objects.filter(lane=lane, state=MessageState.QUEUED)
    waiting = queued[: MOST_COUNTED + 1].count()
    sharing = queued.filter(most_together__gt=1)
    shared = sharing[: MOST_COUNTED + 1].count()
    more = waiting > MOST_COUNTED
    waiting, shared = min(waiting, MOST_COUNTED), min(shared, MOST_COUNTED)
    groups: tuple[int, ...] = ()
    if shared:
        groups = (shared,) if more else _groups(sharing)
    return Queue(personal=waiting - shared, shared=groups, more=more)


def external_recipients(organisation: Organisation, since: datetime) -> int:
    """Count the recipients outside an organisation that its mailboxes wrote to since a moment."""
    rows = Envelope.objects.filter(
        lane__organisation=organisation,
        lane__kind=LaneKind.MAILBOX,
        external_recipients__gt=0,
        started_at__gte=since,
        state__in=SPENT,
    )
    return rows.aggregate(total=Sum("external_recipients"))["total"] or 0


def _groups(sharing: QuerySet[Message]) -> tuple[int, ...]:
    """Count the people of each group that may share envelopes."""
    of_one = ("notification", "language", "time_zone", "most_together")
    rows = sharing.order_by().values(*of_one).annotate(people=Count("id"))
    return tuple(rows.values_list("people", flat=True))


def _spent(lane: Lane) -> QuerySet[Envelope]:
    return Envelope.objects.filter(lane=lane, state__in=SPENT)


def _recipients(rows: QuerySet[Envelope]) -> int:
    return rows.aggregate(total=Sum("recipients"))["total"] or 0
