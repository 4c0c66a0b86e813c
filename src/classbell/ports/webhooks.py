"""Sending events to addresses that an admin named: what the domain asks of the outside world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What an endpoint answered.

    Attributes:
        status: the HTTP status; redirects are answers and are not followed.
        retry_at: when it asks to be tried again, business time; None where it does not say.
    """

    status: int
    retry_at: datetime | None = None


class WebhookUnreachable(Exception):
    """No complete answer came.

    Args:
        reason: what broke, in words that are safe to show.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WebhookSender(Protocol):
    """Posts signed events."""

    def refusal(self, url: str) -> str:
        """Say why an address can never be sent to, in a sentence; empty where it may be.

        This looks at the address only. Where its name leads is checked whenever it is sent to.
        """
        ...

    def send(
        self, url: str, *, message_id: str, body: str, secrets: Sequence[bytes]
    ) -> WebhookAnswer:
        """Post one event.

        Args:
            url: where to.
            message_id: the same at every try.
            body: the JSON as it is signed.
            secrets: the keys to sign with, the current one first.

        Raises:
            WebhookUnreachable: no complete answer came, or the name leads where nothing is sent.
        """
        ...
