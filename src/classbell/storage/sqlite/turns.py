"""Whose turn it is to write: first come, first served, among the threads of a process.

SQLite keeps no queue. Whoever finds the file locked looks again after a pause of its own, up to a
tenth of a second, so that many threads leave the file idle and some come too late for ever.
"""

from __future__ import annotations

import os
from collections import deque
from threading import Lock


class Turns:
    """Turns to write into one file."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for one's turn for so long at most; say whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=seconds):
            return True
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
        return True  # it came between the two looks

    def give(self) -> None:
        """Let the next one write."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_TURNS: dict[str, Turns] = {}
_GUARD = Lock()


def turns_of(path: str) -> Turns:
    """Return the turns of a file; all threads of the process share them."""
    with _GUARD:
        return _TURNS.setdefault(path, Turns())


os.register_at_fork(after_in_child=_TURNS.clear)
"""A child has none of the threads that would give a turn back."""
