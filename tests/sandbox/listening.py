"""A small HTTP server on this machine, for what the sandbox sends out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Self

PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Heard:
    """One request; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class LocalServer:
    """Runs in a thread of its own from entering to leaving it; `changed` guards what it heard."""

    def __init__(self) -> None:
        self.changed = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def hear(self, heard: Heard) -> Reply:
        """Remember a request and return what to answer."""
        raise NotImplementedError

    def address(self, path: str) -> str:
        """Return the address of a path of this server."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Wait until what was heard is enough."""
        with self.changed:
            assert self.changed.wait_for(reached, PATIENCE_SECONDS)

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


def _handler(server: LocalServer) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.hear(Heard(self.command, self.path, headers, raw))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_OPTIONS = do_POST  # noqa: N815 -- the standard library's spelling

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler
