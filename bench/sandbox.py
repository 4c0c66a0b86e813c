"""Measure the sandbox: sendMail requests per processor second, its limits off.

A bare Starlette route that reads the body and answers 202 runs on the same server in the same run,
so that the ratio says what signing in, checking, delivering and recording cost. Usage: make bench
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from bench.peers import Peer, peer
from bench.report import Report, size

REQUESTS = size(2_000, 20)
ROUNDS = size(3, 1)
WARM_UP = size(200, 5)
LETTERS = size(20_000, 50)
MESSAGE = json.dumps(
    {
        "message": {
            "subject": "You are enrolled: Fire safety",
            "body": {"contentType": "HTML", "content": "<p>Hello Zoé</p>" * 20},
            "toRecipients": [{"emailAddress": {"address": "zoe.dubois@contoso.example"}}],
            "internetMessageHeaders": [{"name": "x-message", "value": "0f3c"}],
        },
        "saveToSentItems": False,
    }
).encode()


@dataclass
class Server:
    """One of the servers, with a connection to it."""

    peer: Peer
    connection: socket.socket
    request: bytes
    longest_pause: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return what the server says of itself since the last time."""
        told = self.peer.figures()
        self.longest_pause = max(self.longest_pause, told["pause"])
        return told

    def send(self, count: int) -> None:
        """Send so many requests one after the other, and see each accepted."""
        for _ in range(count):
            self.connection.sendall(self.request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                part = self.connection.recv(65_536)
                if not part:
                    raise ConnectionError("The server closed the connection.")
                answer += part
            if not answer.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(answer.decode("utf-8", "replace"))

    def rate(self, count: int) -> float:
        """Return the requests answered in one second of the server's processor time."""
        before = self.figures()["processor"]
        self.send(count)
        return count / (self.figures()["processor"] - before)


@contextmanager
def running(kind: str) -> Iterator[Server]:
    """Run one of `bench.servers` for the length of the block."""
    with peer(kind) as serving:
        head = (
            f"POST /v1.0/me/sendMail HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {serving.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(MESSAGE)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", serving.port)) as connection:
            yield Server(serving, connection, head.encode() + MESSAGE)


def main() -> None:
    """Measure everything once and print it."""
    with running("sandbox") as sandbox, running("bare") as bare:
        for server in (sandbox, bare):
            server.send(WARM_UP)  # what is built on first use is built now
        pairs = [(sandbox.rate(REQUESTS), bare.rate(REQUESTS)) for _ in range(ROUNDS)]
    ours, theirs = (median(column) for column in zip(*pairs, strict=True))
    report = Report("sandbox", on="")
    report.row("sandbox: sendMail, limits off", f"{ours:,.0f} /CPU s")
    report.row("a bare route that reads the body and answers 202", f"{theirs:,.0f} /CPU s")
    report.row("cost of the sandbox against the bare route", f"x {theirs / ours:.1f}")
    with running("sandbox-on-disk") as sandbox:
        sandbox.send(WARM_UP)
        sandbox.figures()
        rates = [sandbox.rate(LETTERS // 10) for _ in range(10)]
        longest = sandbox.longest_pause
        report.row("the same with its state in a file, first letters", f"{rates[0]:,.0f} /CPU s")
        report.row(f"the same at {LETTERS:,} letters", f"{rates[-1]:,.0f} /CPU s")
        report.row("longest pause of its event loop meanwhile", f"{longest * 1e3:.0f} ms")
    report.save()


if __name__ == "__main__":
    main()
