"""The doorbell: marks lanes as due in the caller's transaction and wakes the workers on commit."""

from __future__ import annotations

from collections.abc import Iterable

from classbell.delivery.lanes import make_due
from classbell.ports.clock import Clock
from classbell.storage.queries.delivery import wake_workers


class LaneDoorbell:
    """Rings on either store.

    Args:
        clock: business time, which says what «due now» is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def ring(self, lane_ids: Iterable[int]) -> None:
        """Mark lanes as due now, last in the caller's transaction."""
        make_due(lane_ids, self._clock.now())
        wake_workers()
