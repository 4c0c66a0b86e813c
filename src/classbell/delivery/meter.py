"""What a lane has spent of its limits, counted from the ledger and kept in step by its holder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from classbell.delivery.pace import Budget, Pace
from classbell.storage.models import Envelope, EnvelopeState

AFTER = timedelta(milliseconds=1)
"""The windows are closed at both ends, so that a boundary is never counted too kindly."""

SPENT = (EnvelopeState.SENDING, EnvelopeState.ACCEPTED, EnvelopeState.UNKNOWN)
"""What may have reached the provider counts as sent; what it refused does not."""

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(hours=24)
_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class _Gauge:
    """One limit over one sliding window.

    ``recount`` is how old a count may be: until then what leaves the window is counted still,
    which errs on the safe side, and a window of a day need not be read for every message.
    """

    span: timedelta
    column: str
    limit: Callable[[Pace], int]
    recount: timedelta
    spent: int = 0
    counted_at: datetime | None = None

    def left(self, rows: QuerySet[Envelope], now: datetime, limit: int) -> int:
        """Return how much of the limit is left; before it is called full, it is counted exactly."""
        self._read(rows, now)
        if self.spent >= limit and self.counted_at != now:
            self.counted_at = None
            self._read(rows, now)
        return limit - self.spent

    def _read(self, rows: QuerySet[Envelope], now: datetime) -> None:
        """Count anew where the last count is too old."""
        age = now - self.counted_at if self.counted_at is not None else None
        if age is not None and timedelta(0) <= age < self.recount:
            return
        what = Sum(self.column) if self.column else Count("id")
        window = rows.filter(started_at__gte=now - self.span)
        self.spent = window.aggregate(total=what)["total"] or 0
        self.counted_at = now

    def opens_at(self, rows: QuerySet[Envelope], now: datetime, limit: int) -> datetime:
        """Return when enough has left the window for one more."""
        spent = self.spent
        columns = ("started_at", self.column) if self.column else ("started_at",)
        window = rows.filter(started_at__gte=now - self.span).order_by("started_at")
        for row in window.values_list(*columns):
            spent -= row[1] if self.column else 1
            if spent < limit:
                left_at: datetime = row[0] + self.span + AFTER
                return max(left_at, now)
        return now + self.span


class Meter:
    """Counts for one lane; exact as long as one holder makes all its claims.

    Args:
        lane_id: whose envelopes count.
    """

    def __init__(self, lane_id: int) -> None:
        self._rows = Envelope.objects.filter(lane_id=lane_id, state__in=SPENT)
        self._gauges = (
            _Gauge(_MINUTE, "", lambda pace: pace.messages_per_minute, _SECOND),
            _Gauge(timedelta(hours=1), "", lambda pace: pace.messages_per_hour, _MINUTE / 4),
            _Gauge(timedelta(minutes=5), "size", lambda pace: pace.bytes_per_five_minutes, _MINUTE),
        )
        self._day = _Gauge(_DAY, "recipients", lambda pace: pace.recipients_per_day, _MINUTE)
        self._served: Counter[UUID | None] = Counter()
        self._served_at: datetime | None = None

    def budget(self, pace: Pace, now: datetime, *, urgent: bool = False, rounds: int = 1) -> Budget:
        """Work out what may go now.

        Args:
            pace: the limits.
            now: business time.
            urgent: whether it is for messages that may use the reserve.
            rounds: how often as many may go as are allowed in flight at once.
        """
        allowed = pace.requests_in_flight * rounds
        for gauge in self._gauges:
            limit = gauge.limit(pace)
            if not limit:
                continue
            left = gauge.left(self._rows, now, limit)
            if left <= 0:
                return Budget(0, 0, gauge.opens_at(self._rows, now, limit))
            if not gauge.column:
                allowed = min(allowed, left)
        return self._of_the_day(pace, now, allowed, urgent=urgent)

    def note(self, *, recipients: int, size: int, catalog_id: UUID | None) -> None:
        """Note an envelope that was claimed."""
        for gauge in self._gauges:
            gauge.spent += size if gauge.column else 1
        self._day.spent += recipients
        self._served[catalog_id] += recipients

    def forget(self) -> None:
        """Count everything anew at the next look, for something was given back."""
        for gauge in (*self._gauges, self._day):
            gauge.counted_at = None
        self._served_at = None

    def served(self, now: datetime) -> Counter[UUID | None]:
        """Return to how many people each catalog has sent on this lane lately."""
        if self._served_at is None or not timedelta(0) <= now - self._served_at < _MINUTE:
            recent = self._rows.filter(started_at__gte=now - _MINUTE).values_list("catalog_id")
            rows = recent.order_by().annotate(people=Sum("recipients"))
            self._served = Counter(dict(rows.values_list("catalog_id", "people")))
            self._served_at = now
        return self._served

    def _of_the_day(self, pace: Pace, now: datetime, allowed: int, *, urgent: bool) -> Budget:
        """Judge by the recipients of the sliding 24 hours, the reserve left to urgent mail."""
        most = allowed * pace.recipients_per_envelope
        if not pace.recipients_per_day:
            return Budget(allowed, most)
        limit = pace.recipients_per_day - (0 if urgent else pace.urgent_reserve)
        left = self._day.left(self._rows, now, limit)
        if left <= 0:
            return Budget(0, 0, self._day.opens_at(self._rows, now, limit))
        return Budget(min(allowed, left), min(most, left))


def budget(lane_id: int, now: datetime, pace: Pace, *, urgent: bool = False) -> Budget:
    """Work out from the ledger what a lane may send, for whoever does not hold it.

    Args:
        lane_id: whose envelopes count.
        now: business time.
        pace: the limits.
        urgent: whether it is for messages that may use the reserve.
    """
    return Meter(lane_id).budget(pace, now, urgent=urgent)
