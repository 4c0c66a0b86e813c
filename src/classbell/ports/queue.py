"""The seam to the engine: telling it that a lane has something to do now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Doorbell(Protocol):
    """Wakes the engine for lanes; what is due later is found by the engine's own sweep."""

    def ring(self, lane_ids: Iterable[int]) -> None:
        """Mark lanes as due now, inside the caller's transaction, and wake a worker on commit.

        Lanes are written in id order, last in the transaction, so that two callers cannot deadlock.
        """
        ...
