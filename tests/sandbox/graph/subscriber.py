"""An application that subscribes to change notifications, over the network."""

import time
from datetime import timedelta
from typing import Any

import httpx2

from m365sandbox.testing import Sandbox
from tests.sandbox.graph.answers import faults
from tests.sandbox.graph.harness import event
from tests.sandbox.graph.listener import LEARNING, Listener

SCOPES = ("User.Read", "Calendars.ReadWrite")


class Subscriber:
    """An application that acts for one person, and holds every answer against the description."""

    def __init__(self, sandbox: Sandbox, person: str = LEARNING, *scopes: str) -> None:
        self.sandbox = sandbox
        token = sandbox.access_token(person, *(scopes or SCOPES))
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Ask Graph."""
        with self.sandbox.browser() as client:
            url = f"{self.sandbox.graph_url}/v1.0{path}"
            client.timeout = httpx2.Timeout(20)
            answer = client.request(method, url, json=body, headers=self._headers)
        content: Any = answer.json() if answer.content else None
        found = faults(method, url, answer.status_code, answer.headers, content)
        assert not found, found
        return answer

    def wanted(self, listener: Listener, **others: object) -> dict[str, Any]:
        """Return the body that asks for everything, with lifecycle events."""
        later = self.sandbox.control.now() + timedelta(days=1)
        return {
            "changeType": "created,updated,deleted",
            "notificationUrl": listener.url,
            "lifecycleNotificationUrl": listener.lifecycle_url,
            "resource": "/me/events",
            "expirationDateTime": later.isoformat(),
            "clientState": "only-we-know",
            **others,
        }

    def subscribe(self, listener: Listener, **others: object) -> dict[str, Any]:
        """Subscribe and return the subscription."""
        answer = self.ask("POST", "/subscriptions", self.wanted(listener, **others))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def create(self, **members: object) -> dict[str, Any]:
        """Create an event, and let the second pass after which it is told."""
        made: dict[str, Any] = self.ask("POST", "/me/events", event(**members)).json()
        self.later(seconds=2)
        return made

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.sandbox.control.advance(timedelta(**span))


def until(subscriber: Subscriber, *, tries: int) -> None:
    """Wait until the sandbox wrote down that so many tries failed; 0 for nothing on its way."""
    waiting: list[dict[str, Any]] = []
    for _ in range(200):
        waiting = subscriber.sandbox.control.subscriptions()["on_their_way"]
        if [one["tries"] for one in waiting if not one["is_lifecycle"]] == (
            [tries] if tries else []
        ):
            return
        time.sleep(0.05)
    raise AssertionError(waiting)
