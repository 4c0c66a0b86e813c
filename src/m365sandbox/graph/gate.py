"""The limits on calls of one application to one mailbox: at once, and in ten minutes."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from m365sandbox.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from m365sandbox.mailboxes.rates import Limits


_TEN_MINUTES: Final = timedelta(minutes=10)


class Gate:
    """Counts the calls under way, and those of the last ten minutes, by application and mailbox.

    https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
    """

    def __init__(self) -> None:
        """Start with no call under way."""
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._recent: dict[tuple[str, str], deque[datetime]] = {}

    @contextmanager
    def passing(
        self, client_id: str, mailbox: str, limits: Limits, now: datetime
    ) -> Iterator[None]:
        """Count a call while it lasts; `now` is the sandbox's time.

        Raises:
            GraphError: 429 with Retry-After when too many calls are under way already.
        """
        key = (client_id, mailbox)
        if limits.enabled and self._under_way[key] >= limits.concurrent_requests:
            raise GraphError(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
                headers={"Retry-After": str(limits.retry_after_seconds)},
            )
        if limits.enabled:
            self._count(key, limits, now)
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]

    def forget(self) -> None:
        """Begin counting anew; calls under way still count until they end."""
        self._recent.clear()

    def _count(self, key: tuple[str, str], limits: Limits, now: datetime) -> None:
        recent = self._recent.setdefault(key, deque())
        while recent and not now - _TEN_MINUTES < recent[0] <= now:
            recent.popleft()
        if len(recent) >= limits.requests_per_ten_minutes:
            wait = (recent[0] + _TEN_MINUTES - now).total_seconds()
            raise GraphError(
                429,
                "ApplicationThrottled",
                "Application is over its limit of requests for this mailbox.",
                headers={"Retry-After": str(int(wait) + 1)},
            )
        recent.append(now)
