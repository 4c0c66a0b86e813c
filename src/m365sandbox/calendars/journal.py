"""What changed in a calendar and in which order, so that delta queries ask only for the rest."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

# A short journal is not worth tidying.
_SHORT: Final = 1_000


class Journal:
    """The keys of one calendar's events in the order of their latest change.

    Every change gets the next number. An event that changed twice is told once, by its latest
    number. `name` and `generation` are in every token: a journal that was begun anew, or whose
    tokens were made to expire, knows none of the former ones.
    """

    def __init__(self) -> None:
        """Begin without any change."""
        self.name = uuid4().hex
        self.generation = 1
        self._numbers: list[int] = []
        self._keys: list[str] = []
        self._latest: dict[str, int] = {}

    @property
    def last(self) -> int:
        """Return the number of the latest change, 0 before the first."""
        return self._numbers[-1] if self._numbers else 0

    def note(self, key: str) -> None:
        """Note that the event with this key was made, changed, or removed."""
        number = self.last + 1
        self._numbers.append(number)
        self._keys.append(key)
        self._latest[key] = number
        if len(self._keys) > _SHORT + 2 * len(self._latest):
            self._tidy()

    def since(self, number: int) -> Iterator[tuple[int, str]]:
        """Yield number and key of what changed after a change, in order."""
        for place in range(bisect_right(self._numbers, number), len(self._numbers)):
            found, key = self._numbers[place], self._keys[place]
            if self._latest[key] == found:
                yield found, key

    def expire(self) -> None:
        """Let no token that was given out so far count any more."""
        self.generation += 1

    def _tidy(self) -> None:
        """Drop the numbers that a later change of the same event replaced."""
        kept = list(self.since(0))
        self._numbers = [number for number, _ in kept]
        self._keys = [key for _, key in kept]
