"""A webhook on this machine that remembers what it was brought, and answers as it is told."""

import json
from collections import deque
from dataclasses import dataclass
from typing import Any

from tests.sandbox.listening import Heard, LocalServer, Reply


@dataclass(frozen=True)
class Brought(Heard):
    """One request with its body read."""

    body: Any


class Webhook(LocalServer):
    """A webhook of delivery reports.

    `answers` are the statuses of the next notifications, 200 once there are none left; `handshake`
    is the status with which it agrees, and `agrees` whether it gives the code back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.brought: list[Brought] = []
        self.answers: deque[int] = deque()
        self.handshake, self.agrees = 200, True

    @property
    def url(self) -> str:
        """Return the webhook's address."""
        return self.address("/reports")

    def wait_for(self, count: int) -> list[Brought]:
        """Wait until so many notifications were brought, and return them."""
        self.wait_until(lambda: len(self.notifications()) >= count)
        return self.notifications()

    def notifications(self) -> list[Brought]:
        """Return what was brought besides handshakes."""
        return [one for one in self.brought if one.headers.get("aeg-event-type") == "Notification"]

    def hear(self, heard: Heard) -> Reply:
        """Remember a request and return what to answer."""
        body: Any = json.loads(heard.raw) if heard.raw else None
        with self.changed:
            self.brought.append(Brought(**vars(heard), body=body))
            self.changed.notify_all()
        if heard.method == "OPTIONS":
            return Reply(self.handshake, {"WebHook-Allowed-Origin": "*"} if self.agrees else {})
        if heard.headers.get("aeg-event-type") == "SubscriptionValidation":
            code = body[0]["data"]["validationCode"] if self.agrees else "another"
            answer = json.dumps({"validationResponse": code}).encode()
            return Reply(self.handshake, {}, answer)
        return Reply(self.answers.popleft() if self.answers else 200, {})
