"""Counting hour by hour what became of messages, for charts that cost the same after years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max

from classbell.ports.clock import Clock
from classbell.storage.models import Lane, Message, MessageHour
from classbell.storage.queries.message_hours import HOUR, full_hour
from classbell.storage.queries.message_log import GROUPS, first_id_since

COUNT_HOURS = "count_hours"
"""Kind of the work item that counts the hours that have passed."""

AFTER = timedelta(minutes=1)
"""How long after the full hour it is counted, so that what was written last is in its place."""

KEPT = timedelta(days=35)
"""Charts look thirty days back, whatever the reader's zone."""

GROUP_OF = {state: group.value for group, states in GROUPS.items() for state in states}
FIGURES = ("sent", "waiting", "failed", "not_sent")


def count_hours(clock: Clock, _lane: Lane, _subject: str) -> datetime:
    """Count the hours that have passed since last time, and those in which something waited.

    Repeating it is safe at any point: an hour is written as it stands now.

    Args:
        clock: business time.

    Returns:
        When to count again.
    """
    running = full_hour(clock.now())
    for hour, first, end in _passed(running):
        _write(hour, first, end)
    MessageHour.objects.filter(hour__lt=running - KEPT).delete()
    return running + HOUR + AFTER


def _passed(running: datetime) -> Iterator[tuple[datetime, int, int]]:
    """Yield each hour to count, with the first id of its messages and the first beyond them.

    Hours in which nobody wrote anything are stepped over, however many they are.
    """
    latest = MessageHour.objects.aggregate(at=Max("hour"))["at"] or running - KEPT
    for hour in _unsettled(latest, running):
        yield hour, first_id_since(hour), first_id_since(hour + HOUR)
    first = first_id_since(max(latest, running - KEPT))
    while (found := _next(first)) is not None and found[1] < running:
        hour = full_hour(found[1])
        end = max(first_id_since(hour + HOUR), found[0] + 1)
        yield hour, found[0], end
        first = end


def _unsettled(latest: datetime, running: datetime) -> list[datetime]:
    """Return the hours before the latest that still had messages waiting when counted."""
    open_hours = MessageHour.objects.filter(waiting__gt=0, hour__gte=running - KEPT)
    return sorted(set(open_hours.filter(hour__lt=latest).values_list("hour", flat=True)))


def _next(first: int) -> tuple[int, datetime] | None:
    """Return id and time of the first message at or after an id."""
    rows = Message.objects.filter(id__gte=first).order_by("id")
    return rows.values_list("id", "created_at").first()


def _write(hour: datetime, first: int, end: int) -> None:
    """Write down for each catalog what became of the messages of an hour."""
    counted: dict[tuple[UUID, UUID], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(FIGURES, 0)
    )
    rows = (
        Message.objects.filter(id__gte=first, id__lt=end, catalog__isnull=False)
        .order_by()
        .values_list("organisation_id", "catalog_id", "state")
        .annotate(number=Count("id"))
    )
    for organisation, catalog, state, number in rows:
        counted[organisation, catalog][GROUP_OF[state]] += number
    MessageHour.objects.bulk_create(
        [
            MessageHour(
                organisation_id=organisation,
                catalog_id=catalog,
                hour=hour,
                **{name: figures[name] for name in FIGURES},
            )
            for (organisation, catalog), figures in counted.items()
        ],
        update_conflicts=True,
        unique_fields=["catalog", "hour"],
        update_fields=FIGURES,
    )
