"""A webhook on this machine that hears of changes, and answers as it is told."""

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from m365sandbox.notices.model import Subscription
from m365sandbox.seed import CLIENT_ID
from m365sandbox.world import World
from tests.sandbox.listening import Heard, LocalServer, Reply

LEARNING = "learning@contoso.example"


def subscribe(world: World) -> str:
    """Let the learning account be subscribed to its events, and return the subscription's id."""
    person = world.directory.person(LEARNING)
    assert person is not None
    until = world.now() + timedelta(hours=1)
    subscription = Subscription(
        owner=person.oid,
        mailbox=person.address,
        tenant_id=person.tenant_id,
        client_id=CLIENT_ID,
        resource="/me/events",
        change_types=["updated"],
        notification_url="http://127.0.0.1:9/hooks",
        expires=until,
        authorised_until=until,
    )
    return world.notices.add(subscription).subscription_id


class Listener(LocalServer):
    """A webhook of change notifications.

    `answers` are the statuses of the next notices, 202 once there are none left and for lifecycle
    events; `handshake` is what it answers to a validation token: status, content type, and the text
    for the token.
    """

    def __init__(self) -> None:
        super().__init__()
        self.notices: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.lifecycle: list[dict[str, Any]] = []
        self.requests = 0
        self.tokens: list[str] = []
        self.answers: deque[int] = deque()
        self.handshake: tuple[int, str, Callable[[str], str]] = (200, "text/plain", str)
        self.sleep_seconds = 0.0

    @property
    def url(self) -> str:
        """Return the address for notices."""
        return self.address("/hooks?of=tenant")

    @property
    def lifecycle_url(self) -> str:
        """Return the address for lifecycle events."""
        return self.address("/life")

    def wait(self, reached: Callable[["Listener"], bool]) -> None:
        """Wait until something was heard."""
        self.wait_until(lambda: reached(self))

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many notices were taken or refused, and return them."""
        self.wait(lambda _: len(self.notices) >= count)
        return self.notices

    def events(self, count: int) -> list[str]:
        """Wait until so many lifecycle events were heard, and return their names."""
        self.wait(lambda _: len(self.lifecycle) >= count)
        return [one["lifecycleEvent"] for one in self.lifecycle]

    def hear(self, heard: Heard) -> Reply:
        """Remember a request and return what to answer."""
        parts = urlsplit(heard.path)
        token = parse_qs(parts.query).get("validationToken")
        if token is not None:
            time.sleep(self.sleep_seconds)
            self.tokens.append(token[0])
            status, kind, shown = self.handshake
            return Reply(status, {"Content-Type": kind}, shown(token[0]).encode())
        with self.changed:
            self.requests += 1
            is_notice = parts.path != "/life"
            kept = self.notices if is_notice else self.lifecycle
            kept += json.loads(heard.raw)["value"]
            self.bodies.append(heard.raw)
            status = self.answers.popleft() if is_notice and self.answers else 202
            self.changed.notify_all()
        return Reply(status, {"Content-Type": "text/plain"})
