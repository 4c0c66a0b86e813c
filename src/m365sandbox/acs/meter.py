"""Counts what happens within a rolling span of time, in whole seconds of the sandbox's clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Meter:
    """How often something happened in each second of the latest span.

    Seconds are kept and not single moments, because a raised quota allows hundreds each second.
    """

    span: timedelta
    counts: deque[tuple[int, int]] = field(default_factory=deque)
    total: int = 0

    def note(self, now: datetime) -> None:
        """Count one more at `now`, the sandbox's time."""
        self._forget(now)
        second = int(now.timestamp())
        if self.counts and self.counts[-1][0] == second:
            self.counts[-1] = (second, self.counts[-1][1] + 1)
        else:
            self.counts.append((second, 1))
        self.total += 1

    def wait(self, now: datetime, most: int) -> int:
        """Return after how many seconds one more fits below `most`; 0 when it fits now."""
        self._forget(now)
        left = self.total
        if left < most:
            return 0
        for second, count in self.counts:
            left -= count
            if left < most:
                return max(int(second + self.span.total_seconds() - now.timestamp()) + 1, 1)
        return int(self.span.total_seconds())

    def _forget(self, now: datetime) -> None:
        """Drop what is older than the span, and what lies ahead after the clock was set back."""
        moment = now.timestamp()
        oldest = moment - self.span.total_seconds()
        while self.counts and not oldest < self.counts[0][0] <= moment:
            self.total -= self.counts.popleft()[1]
