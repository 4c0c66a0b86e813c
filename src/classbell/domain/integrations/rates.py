"""How many requests an integration may make: counted in the store, by all processes together.

A process takes a slice of the minute's allowance at a time, and spends it from memory; so most
requests write nothing (docs/decisions/0040-the-rate-is-taken-from-the-store-in-slices.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from django.db.models.functions import Now

from classbell.storage.models import Integration

WINDOW = 60
"""Seconds, of the store's clock."""

SLICES = 10
"""A process takes this part of a minute's allowance at most …"""

SLICES_OF_REST = 4
"""… and this part of what is left, so that little lies unspent elsewhere when all is taken."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left: ``remaining`` requests, and ``seconds`` until all are back."""

    limit: int
    remaining: int
    seconds: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the store says of an integration, and when: how much is taken of which minute."""

    minute: int
    taken: int
    at: datetime


class Rates:
    """Counts requests; one for each process, which keeps the slices it has not spent yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = -1
        self._slices: dict[UUID, int] = {}

    def count(self, integration: Integration, *, limit: int, now: datetime) -> Allowance:
        """Count one request, and say whether it may be carried out.

        Args:
            integration: whose it is, as just read.
            limit: most requests in a minute.
            now: the store's clock, read with it.
        """
        found = _Counted(integration.rate_minute, integration.rate_taken, now)
        while True:
            minute = int(found.at.timestamp()) // WINDOW
            # A row of another minute says nothing of this one, also where a clock was set back.
            taken = found.taken if found.minute == minute else 0
            left = max(0, limit - taken)
            own = self._spend(integration.pk, minute)
            if own is None and not left:
                return _told(found.at, limit, 0, allowed=False)
            if own is None:
                size = slice_of(limit, left)
                if _take(integration.pk, found, minute, taken + size):
                    left -= size
                    own = self._keep(integration.pk, minute, size - 1)
            if own is not None:
                return _told(found.at, limit, left + own, allowed=True)
            found = _read(integration.pk)

    def forget(self) -> None:
        """Drop the slices of this process, as one that begins."""
        with self._lock:
            self._slices = {}

    def _spend(self, integration_id: UUID, minute: int) -> int | None:
        """Spend one request of our slice; return what is left of it, None where there is none."""
        with self._lock:
            self._turn_to(minute)
            own = self._slices.get(integration_id, 0)
            if not own:
                return None
            self._slices[integration_id] = own - 1
            return own - 1

    def _keep(self, integration_id: UUID, minute: int, more: int) -> int:
        """Keep what was taken and not spent; return what we have of this minute."""
        with self._lock:
            self._turn_to(minute)
            own = self._slices.get(integration_id, 0) + more
            self._slices[integration_id] = own
            return own

    def _turn_to(self, minute: int) -> None:
        """Drop what was taken of another minute; everybody's ends at once."""
        if minute != self._minute:
            self._minute, self._slices = minute, {}


def slice_of(limit: int, left: int) -> int:
    """Return how many requests a process takes at once, at least one.

    Args:
        limit: of a minute.
        left: of it, for all processes.
    """
    return max(1, min(limit // SLICES, left // SLICES_OF_REST))


def _take(integration_id: UUID, found: _Counted, minute: int, taken: int) -> bool:
    """Write down what is taken, unless another process did so since it was read."""
    rows = Integration.objects.filter(
        pk=integration_id, rate_minute=found.minute, rate_taken=found.taken
    )
    return bool(rows.update(rate_minute=minute, rate_taken=taken))


def _read(integration_id: UUID) -> _Counted:
    rows = Integration.objects.filter(pk=integration_id).annotate(at=Now())
    return _Counted(*rows.values_list("rate_minute", "rate_taken", "at").get())


def _told(at: datetime, limit: int, remaining: int, *, allowed: bool) -> Allowance:
    seconds = max(1, round(WINDOW - at.timestamp() % WINDOW))
    return Allowance(limit, remaining, seconds, allowed)


RATES = Rates()
"""Those of this process."""
