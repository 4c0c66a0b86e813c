"""How many requests a token may make: counted in this process, told in standard headers.

The headers are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
Why the count is kept here and not in the database: docs/decisions/0030-the-rest-api.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from uuid import UUID

WINDOW = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left for a token: ``remaining`` requests, and ``seconds`` until all are back."""

    limit: int
    remaining: int
    seconds: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW}',
            "RateLimit": f'"minute";r={self.remaining};t={self.seconds}',
        }


class Rates:
    """Counts the requests of the current minute of machine time, for each integration.

    Args:
        now: seconds that never jump.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._window = -1
        self._counts: dict[UUID, int] = {}

    def count(self, integration_id: UUID, limit: int) -> Allowance:
        """Count one request, and say whether it may be carried out."""
        now = self._now()
        window = int(now // WINDOW)
        seconds = max(1, round((window + 1) * WINDOW - now))
        with self._lock:
            if window != self._window:
                # Everybody's minute ends at once, so nothing is kept of those who went away.
                self._window, self._counts = window, {}
            used = self._counts.get(integration_id, 0)
            if used >= limit:
                return Allowance(limit, 0, seconds, allowed=False)
            self._counts[integration_id] = used + 1
        return Allowance(limit, limit - used - 1, seconds, allowed=True)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts = {}


RATES = Rates()
"""Those of this process."""
