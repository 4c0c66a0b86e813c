"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class FakeClock:
    """Implements ``ports.clock.Clock``."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self.set(now)

    def now(self) -> datetime:
        return self._now

    def set(self, to: datetime) -> None:
        """Jump to an aware moment."""
        assert to.tzinfo is not None, "business time is aware"
        self._now = to.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Let time pass; a negative span goes back."""
        self._now += by
