"""What the sandbox does later: named, saved actions that fall due by the sandbox's clock."""

import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Payload = dict[str, object]
Handler = Callable[[datetime, Mapping[str, object]], None]


@dataclass(order=True)
class Due:
    """One action: when, in which order of asking, what kind, and its JSON-able facts."""

    at: datetime
    order: int
    kind: str = field(compare=False)
    payload: Payload = field(compare=False)


class Schedule:
    """A queue of actions ordered by due time; each kind has one handler."""

    def __init__(self) -> None:
        """Start empty and without handlers."""
        self._heap: list[Due] = []
        self._handlers: dict[str, Handler] = {}
        self._order = itertools.count()

    def handle(self, kind: str, handler: Handler) -> None:
        """Name the function that carries out `kind`; it is called with (due time, payload)."""
        self._handlers[kind] = handler

    def add(self, at: datetime, kind: str, payload: Payload) -> None:
        """Remember to do `kind` at `at` (aware, sandbox time); `payload` must be JSON-able."""
        heapq.heappush(self._heap, Due(at, next(self._order), kind, payload))

    def run_due(self, now: datetime) -> int:
        """Carry out everything due at `now`, oldest first, and return how many were done.

        An action may schedule more; what it adds that is due already is done in the same call.
        """
        done = 0
        while self._heap and self._heap[0].at <= now:
            due = heapq.heappop(self._heap)
            self._handlers[due.kind](due.at, due.payload)
            done += 1
        return done

    def pending(self) -> list[Due]:
        """Return what is still to come, soonest first."""
        return sorted(self._heap)

    def snapshot(self) -> dict[str, object]:
        """Return the waiting actions."""
        return {
            "due": [
                {"at": due.at.isoformat(), "kind": due.kind, "payload": due.payload}
                for due in self.pending()
            ],
        }

    def restore(self, saved: dict[str, object]) -> None:
        """Take up a snapshot in place of whatever was waiting."""
        self._heap = []
        rows = saved["due"]
        if not isinstance(rows, list):
            message = "A saved schedule must hold a list of actions."
            raise TypeError(message)
        for row in rows:
            self.add(datetime.fromisoformat(row["at"]), row["kind"], row["payload"])
