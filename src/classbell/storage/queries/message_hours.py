"""What charts show of messages: hour by hour, the last one counted on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from classbell.storage.models import Catalog, Message, MessageHour
from classbell.storage.queries.message_counts import tally
from classbell.storage.queries.message_log import Group, first_id_since

HOUR = timedelta(hours=1)
MOST = 10_000
"""What the worker has not counted yet is counted no further."""


def full_hour(moment: datetime) -> datetime:
    """Return the beginning of the hour that a moment lies in."""
    return moment.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the messages that a catalog wrote in an hour.

    Attributes:
        hour: its beginning, aware UTC.
        sent, waiting, failed, not_sent: messages, by where they stand.
    """

    hour: datetime
    sent: int
    waiting: int
    failed: int
    not_sent: int


def hours_of(catalog: Catalog, *, since: datetime, now: datetime) -> list[Counted]:
    """Return the hours in which a catalog wrote messages, oldest first.

    Args:
        catalog: which.
        since: full hour at which to begin, aware UTC.
        now: business time.
    """
    rows = MessageHour.objects.filter(catalog=catalog, hour__gte=since).order_by("hour")
    known = [Counted(*row) for row in rows.values_list("hour", *_FIGURES)]
    # Counted for all catalogs at once: what is later than the latest of any is not counted yet.
    latest = MessageHour.objects.aggregate(at=Max("hour"))["at"]
    running = full_hour(now)
    fresh = [hour for hour in (running - HOUR, running) if latest is None or hour > latest]
    return known + [row for row in _counted_now(catalog, fresh) if any(_figures(row))]


_FIGURES = ("sent", "waiting", "failed", "not_sent")


def _figures(row: Counted) -> tuple[int, ...]:
    return tuple(getattr(row, name) for name in _FIGURES)


def _counted_now(catalog: Catalog, hours: list[datetime]) -> list[Counted]:
    """Count hours that the worker has not come to yet, each up to ``MOST``."""
    found = []
    messages = Message.objects.filter(catalog=catalog)
    for hour in hours:
        rows = messages.filter(id__gte=first_id_since(hour), id__lt=first_id_since(hour + HOUR))
        figures = {group.value: tally(rows, group, most=MOST).number for group in Group}
        found.append(Counted(hour, **figures))
    return found
