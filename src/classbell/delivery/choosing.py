"""Choosing which of a lane's queued messages go next: by urgency, then fairly among catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from classbell.delivery.meter import Meter
from classbell.delivery.pace import Budget, Pace
from classbell.storage.models import Lane, Message, MessageState

IN_TURN = ("catalog_id", "due_at", "id")
"""The order within a priority. It names the catalog even where that is given: without it PostgreSQL
would sort what the index has in order already, for it does not see that «no catalog» is one."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Messages that go in one envelope.

    Attributes:
        message_ids: one or more.
        attempt: how often the first of them was tried.
        expires_at: when the first of them is pointless.
    """

    message_ids: tuple[int, ...]
    attempt: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The first queued message of one catalog in one priority."""

    priority: int
    catalog_id: UUID | None
    due_at: datetime


def heads(lane: Lane) -> list[Head]:
    """Return the earliest queued message of each priority and catalog, most urgent first.

    One step in the index for each pair there is, however long the queue.
    """
    found: list[Head] = []
    queued = _queued(lane)
    priority = queued.order_by("priority").values_list("priority", flat=True).first()
    while priority is not None:
        found += _of_priority(queued.filter(priority=priority), priority)
        later = queued.filter(priority__gt=priority).order_by("priority")
        priority = later.values_list("priority", flat=True).first()
    return found


def due_heads(lane: Lane, meter: Meter, now: datetime) -> list[Head]:
    """Return the heads that are due, in the order in which they are served.

    Of equal urgency, the catalog goes first that has sent to the fewest people on this lane lately:
    one with much to say must not keep another, with little, from saying it.

    Args:
        lane: whose messages.
        meter: what each catalog has sent lately.
        now: business time.
    """
    due = [head for head in heads(lane) if head.due_at <= now]
    if len(due) < 2:  # noqa: PLR2004 -- one alone needs no order
        return due
    served = meter.served(now)
    return sorted(due, key=lambda head: (head.priority, served[head.catalog_id], head.due_at))


def bundles(
    lane: Lane, head: Head, now: datetime, *, most: int, budget: Budget, pace: Pace
) -> Iterator[Bundle]:
    """Yield what goes in the next envelopes of a catalog, in order of the messages' due time.

    Messages that may share an envelope do, up to what each of them and the pace allow; after an
    envelope was refused its messages share with fewer, so that the bad one is found.

    Args:
        lane: whose messages.
        head: of which catalog and priority.
        now: business time.
        most: how many envelopes are wanted.
        budget: how many envelopes and recipients may go.
        pace: for the recipients of an envelope.
    """
    taken: set[int] = set()
    of_catalog = Q(catalog__isnull=True) if head.catalog_id is None else Q(catalog=head.catalog_id)
    rows = _queued(lane).filter(of_catalog, priority=head.priority, due_at__lte=now)
    envelopes = min(most, budget.now_allowed)
    for row in list(rows.order_by(*IN_TURN).only(*_NEEDED)[:envelopes]):
        left = budget.recipients - len(taken)
        if row.pk in taken or left <= 0:
            continue
        fit = min(row.most_together, pace.recipients_per_envelope, left)
        ids = _together(lane, row, now, fit, taken)
        taken.update(ids)
        yield Bundle(tuple(ids), row.attempt, row.expires_at)


_NEEDED = (
    *("id", "notification_id", "language", "time_zone", "most_together"),
    *("attempt", "expires_at"),
)


def _together(lane: Lane, row: Message, now: datetime, most: int, taken: set[int]) -> list[int]:
    """Return the ids of those who share this message's envelope, itself included."""
    if most <= 1:
        return [row.pk]
    alike = Message.objects.filter(
        lane=lane,
        state=MessageState.QUEUED,
        most_together__gt=1,
        notification_id=row.notification_id,
        language=row.language,
        time_zone=row.time_zone,
        most_together=row.most_together,
        due_at__lte=now,
    )
    found = alike.order_by("id").values_list("pk", flat=True)[: most + len(taken)]
    return [pk for pk in found if pk not in taken][:most]


def _queued(lane: Lane) -> QuerySet[Message]:
    return Message.objects.filter(lane=lane, state=MessageState.QUEUED)


def _of_priority(queued: QuerySet[Message], priority: int) -> list[Head]:
    """Return the head of each catalog in one priority; those without a catalog count as one."""
    rows = queued.order_by(*IN_TURN).values_list("catalog_id", "due_at")
    found = [Head(priority, *row) for row in rows.filter(catalog__isnull=True)[:1]]
    row = rows.filter(catalog__isnull=False).first()
    while row is not None:
        found.append(Head(priority, *row))
        row = rows.filter(catalog_id__gt=row[0]).first()
    return found
