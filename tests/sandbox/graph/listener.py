"""A webhook on this machine that hears of changes, and answers as it is told."""

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from m365sandbox.notices.model import Subscription
from m365sandbox.seed import CLIENT_ID
from m365sandbox.world import World

PATIENCE_SECONDS = 10
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


class Listener:
    """A server in a thread of its own.

    `answers` are the statuses of the next notices, 202 once there are none left and for lifecycle
    events; `handshake` is what it answers to a validation token: status, content type, and the text
    for the token.
    """

    def __init__(self) -> None:
        self.notices: list[dict[str, Any]] = []
        self.lifecycle: list[dict[str, Any]] = []
        self.requests = 0
        self.tokens: list[str] = []
        self.answers: deque[int] = deque()
        self.handshake: tuple[int, str, Callable[[str], str]] = (200, "text/plain", str)
        self.sleep_seconds = 0.0
        self._changed = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Return the address for notices."""
        return f"http://127.0.0.1:{self._server.server_port}/hooks?of=tenant"

    @property
    def lifecycle_url(self) -> str:
        """Return the address for lifecycle events."""
        return f"http://127.0.0.1:{self._server.server_port}/life"

    def wait(self, reached: Callable[["Listener"], bool]) -> None:
        """Wait until something was heard."""
        with self._changed:
            assert self._changed.wait_for(lambda: reached(self), PATIENCE_SECONDS)

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many notices were taken or refused, and return them."""
        self.wait(lambda _: len(self.notices) >= count)
        return self.notices

    def events(self, count: int) -> list[str]:
        """Wait until so many lifecycle events were heard, and return their names."""
        self.wait(lambda _: len(self.lifecycle) >= count)
        return [one["lifecycleEvent"] for one in self.lifecycle]

    def hear(self, path: str, raw: bytes) -> tuple[int, str, bytes]:
        """Remember a request and return what to answer."""
        parts = urlsplit(path)
        token = parse_qs(parts.query).get("validationToken")
        if token is not None:
            time.sleep(self.sleep_seconds)
            self.tokens.append(token[0])
            status, kind, shown = self.handshake
            return status, kind, shown(token[0]).encode()
        with self._changed:
            self.requests += 1
            is_notice = parts.path != "/life"
            heard = self.notices if is_notice else self.lifecycle
            heard += json.loads(raw)["value"]
            status = self.answers.popleft() if is_notice and self.answers else 202
            self._changed.notify_all()
        return status, "text/plain", b""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(listener: Listener) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", "0")))
            status, kind, answer = listener.hear(self.path, raw)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler
