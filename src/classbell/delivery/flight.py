"""What one lane has on the wire at this moment."""

from __future__ import annotations

from concurrent.futures import Future, as_completed

from classbell.delivery.wire import Outcome
from classbell.storage.databases import release

QUIET_SECONDS = 0.25
"""Machine seconds after which what is on the wire is waited for without the store."""


class Flight:
    """Sends that run beside each other and have not been settled."""

    def __init__(self) -> None:
        self._under_way: list[Future[Outcome]] = []

    def __len__(self) -> int:
        """Return how many are not settled."""
        return len(self._under_way)

    def add(self, sent: Future[Outcome]) -> None:
        """Take one more along."""
        self._under_way.append(sent)

    def land(self, enough: int) -> list[Outcome]:
        """Wait for some of them, and hand over all that have ended by then.

        A provider that hangs keeps no connection of the store.

        Args:
            enough: for how many to wait at least; no more than there are.
        """
        try:
            self._wait(enough, QUIET_SECONDS)
        except TimeoutError:
            release()
            self._wait(enough, None)
        ended = [each for each in self._under_way if each.done()]
        self._under_way = [each for each in self._under_way if each not in ended]
        return [each.result() for each in ended]

    def _wait(self, enough: int, seconds: float | None) -> None:
        """Wait until so many have ended."""
        for number, _ in enumerate(as_completed(self._under_way, seconds), start=1):
            if number >= enough:
                return
