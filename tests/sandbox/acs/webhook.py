"""A webhook on this machine that remembers what it was brought, and answers as it is told."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Brought:
    """One request; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    body: Any


class Webhook:
    """A server in a thread of its own.

    `answers` are the statuses of the next notifications, 200 once there are none left; `handshake`
    is the status with which it agrees, and `agrees` whether it gives the code back.
    """

    def __init__(self) -> None:
        self.brought: list[Brought] = []
        self.answers: deque[int] = deque()
        self.handshake, self.agrees = 200, True
        self._changed = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Return the webhook's address."""
        return f"http://127.0.0.1:{self._server.server_port}/reports"

    def wait_for(self, count: int) -> list[Brought]:
        """Wait until so many notifications were brought, and return them."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: len(self.notifications()) >= count, PATIENCE_SECONDS
            )
        return self.notifications()

    def notifications(self) -> list[Brought]:
        """Return what was brought besides handshakes."""
        return [one for one in self.brought if one.headers.get("aeg-event-type") == "Notification"]

    def answer(self, one: Brought) -> tuple[int, dict[str, str], bytes]:
        """Remember a request and return what to answer."""
        with self._changed:
            self.brought.append(one)
            self._changed.notify_all()
        if one.method == "OPTIONS":
            allowed = {"WebHook-Allowed-Origin": "*"} if self.agrees else {}
            return self.handshake, allowed, b""
        if one.headers.get("aeg-event-type") == "SubscriptionValidation":
            code = one.body[0]["data"]["validationCode"] if self.agrees else "another"
            return self.handshake, {}, json.dumps({"validationResponse": code}).encode()
        return self.answers.popleft() if self.answers else 200, {}, b""

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


def _handler(webhook: Webhook) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw) if raw else None
            brought = Brought(self.command, self.path, headers, raw, body)
            status, extra, answer = webhook.answer(brought)
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_OPTIONS = do_POST  # noqa: N815 -- the standard library's spelling

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler
