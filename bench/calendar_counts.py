"""What requests a bench of calendars counts, and what the work between them costs."""

import resource
import time
from dataclasses import dataclass, field


@dataclass
class Counted:
    """Requests to Graph since the last time that was asked."""

    total: int = 0
    refused: int = 0
    by_method: dict[str, int] = field(default_factory=dict)

    def note(self, method: str, status: int) -> None:
        """Count one request."""
        self.total += 1
        self.refused += status == 429
        self.by_method[method] = self.by_method.get(method, 0) + 1

    def begin(self) -> None:
        """Count from nothing."""
        self.total = self.refused = 0
        self.by_method.clear()

    @property
    def text(self) -> str:
        """The requests in words."""
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.by_method.items()))
        return f"{self.total:,} ({kinds})" if kinds else str(self.total)


@dataclass(frozen=True, slots=True)
class Spent:
    """What bringing changed sessions into the calendar took.

    Attributes:
        calls: requests to Graph.
        refused: those answered 429.
        text: the requests in words.
        processor: processor seconds of this process.
        seconds: machine seconds, waiting for answers included.
        asked: how many sessions were looked at.
    """

    calls: int
    refused: int
    text: str
    processor: float
    seconds: float
    asked: int


@dataclass
class Watch:
    """A stopwatch for machine and processor."""

    begun: float = field(default_factory=time.perf_counter)
    used: float = field(default_factory=time.process_time)

    def spent(self, counted: Counted, asked: int) -> Spent:
        """Return what was spent since it was made."""
        return Spent(
            counted.total,
            counted.refused,
            counted.text,
            time.process_time() - self.used,
            time.perf_counter() - self.begun,
            asked,
        )


def most_memory() -> float:
    """Return the megabytes this process used at its most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
