"""Figures of the present for the operator's monitoring: few queries, each along an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Now

from classbell.storage.models import (
    Account,
    Incident,
    Lane,
    Message,
    MessageHour,
    MessageState,
    OperatorAlarm,
    WorkerHeartbeat,
)

OPEN_STATES = (MessageState.QUEUED, MessageState.HELD, MessageState.SENDING)
"""What is not settled yet: these alone have indexes of their own, so counting them is cheap."""

NO_ROUTE = "none"
OVERDUE_AFTER = timedelta(minutes=2)
"""A free lane that was due longer ago than this should have been taken."""

ALIVE = timedelta(seconds=60)
"""A worker that gave no sign of life for longer is not counted."""


@dataclass(frozen=True, slots=True)
class LaneCount:
    """How many lanes of one kind are in which state; a lane can be in several."""

    kind: str
    due: int
    overdue: int
    blocked: int
    held: int


def open_messages() -> list[tuple[str, str, int]]:
    """Return unsettled messages: state, kind of lane, and how many."""
    found = []
    for state in OPEN_STATES:
        rows = Message.objects.filter(state=state).order_by()
        for kind, count in rows.values_list("lane__kind").annotate(count=Count("pk")):
            found.append((state.value, kind or NO_ROUTE, count))
    return found


def oldest_queued(now: datetime) -> list[tuple[str, float]]:
    """Return for each kind of lane the seconds since its oldest queued message was due."""
    rows = Message.objects.filter(state=MessageState.QUEUED, due_at__lte=now).order_by()
    ages = rows.values_list("lane__kind").annotate(oldest=Min("due_at"))
    return [(kind or NO_ROUTE, (now - oldest).total_seconds()) for kind, oldest in ages]


def outcomes_since(moment: datetime) -> dict[str, int]:
    """Return what became of the messages that were written since a moment, as counted hourly."""
    names = ("sent", "waiting", "failed", "not_sent")
    rows = MessageHour.objects.filter(hour__gte=moment)
    sums = rows.aggregate(**{f"all_{name}": Sum(name) for name in names})
    return {name: sums[f"all_{name}"] or 0 for name in names}


def lanes(now: datetime) -> list[LaneCount]:
    """Count lanes by kind and state."""
    free = Q(lease_until__isnull=True)
    blocked = Q(blocked_until__gt=now)
    rows = Lane.objects.order_by("kind").values("kind")
    return [
        LaneCount(**row)
        for row in rows.annotate(
            due=Count("pk", filter=free & Q(due_at__lte=now)),
            overdue=Count("pk", filter=free & Q(due_at__lte=now - OVERDUE_AFTER)),
            blocked=Count("pk", filter=blocked),
            held=Count("pk", filter=~free),
        )
    ]


def overdue_lanes(now: datetime) -> QuerySet[Lane]:
    """Return free lanes that should have been taken long ago, the oldest first."""
    rows = Lane.objects.filter(lease_until__isnull=True, due_at__lte=now - OVERDUE_AFTER)
    return rows.order_by("due_at")


def accounts() -> list[tuple[str, int]]:
    """Count accounts by state."""
    return list(Account.objects.order_by().values_list("state").annotate(count=Count("pk")))


def living_workers() -> QuerySet[WorkerHeartbeat]:
    """Return the workers that gave a sign of life lately."""
    return WorkerHeartbeat.objects.filter(seen_at__gte=Now() - ALIVE)


def open_incidents() -> int:
    """Return how many accounts are lost and not back."""
    return Incident.objects.filter(closed_at=None).count()


def open_alarms() -> int:
    """Return how many alarms of the operator's are open."""
    return OperatorAlarm.objects.filter(closed_at=None).count()
