"""The sandbox's own clock: machine time plus an offset that tests and people may move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# Between these the sandbox can count ninety days, a year of events or a token's life either way.
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)


def machine_time() -> datetime:
    """Return the machine's time, aware and in UTC."""
    return datetime.now(UTC)


class SandboxClock:
    """A clock that ticks with the machine unless frozen, and that jumps when it is told to.

    Everything the sandbox judges (token life, room decisions, mail stamps) reads this clock, so a
    jump of ninety days makes a refresh token expire without anybody waiting.
    """

    def __init__(self, machine: Callable[[], datetime] = machine_time) -> None:
        """Start at machine time; `machine` returns the aware UTC time of the host."""
        self._machine = machine
        self._offset = timedelta()
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's time, aware and in UTC."""
        if self._frozen_at is not None:
            return self._frozen_at
        return self._machine() + self._offset

    @property
    def is_frozen(self) -> bool:
        """Say whether the clock stands still."""
        return self._frozen_at is not None

    def advance(self, by: timedelta) -> None:
        """Move the clock by `by`; a negative value moves it back.

        Raises:
            ValueError, OverflowError: that leads beyond what the sandbox can count with.
        """
        self.set(self.now() + by)

    def set(self, to: datetime) -> None:
        """Jump to `to`, an aware time; a frozen clock stays frozen there.

        Raises:
            ValueError: `to` has no time zone, or lies beyond what the sandbox can count with.
        """
        if to.tzinfo is None:
            message = "The clock can only be set to a time with a zone."
            raise ValueError(message)
        if not EARLIEST <= to < LATEST:
            message = f"The clock goes from {EARLIEST.year} to {LATEST.year - 1}."
            raise ValueError(message)
        if self._frozen_at is not None:
            self._frozen_at = to.astimezone(UTC)
        else:
            self._offset = to.astimezone(UTC) - self._machine()

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, at `at` or where it is."""
        self._frozen_at = (at or self.now()).astimezone(UTC)

    def unfreeze(self) -> None:
        """Let the clock tick on from where it stands."""
        standing = self.now()
        self._frozen_at = None
        self.set(standing)

    def snapshot(self) -> dict[str, object]:
        """Return what is saved: the offset in seconds and the time a frozen clock shows."""
        frozen = None if self._frozen_at is None else self._frozen_at.isoformat()
        return {"offset_seconds": self._offset.total_seconds(), "frozen_at": frozen}

    def restore(self, saved: dict[str, object]) -> None:
        """Take up a snapshot; the machine time that passed meanwhile has passed here too."""
        self._offset = timedelta(seconds=float(str(saved["offset_seconds"])))
        frozen = saved["frozen_at"]
        self._frozen_at = None if frozen is None else datetime.fromisoformat(str(frozen))
