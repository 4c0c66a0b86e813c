"""Servers that answer a bench, each in a process of its own; see `bench.servers`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SERVE = "import asyncio, sys; from bench.servers import serve; asyncio.run(serve(sys.argv[1]))"


@dataclass
class Peer:
    """A running server: where it listens, and a token that it accepts."""

    process: subprocess.Popen[str]
    port: int
    token: str

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def figures(self) -> dict[str, float]:
        """Return what the server says of itself since the last time."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("The server has no pipes.")
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told: dict[str, float] = json.loads(self.process.stdout.readline())
        return told


@contextmanager
def peer(kind: str) -> Iterator[Peer]:
    """Run a server of that kind for the length of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The server has no pipes.")
    with process:
        told = json.loads(process.stdout.readline())
        yield Peer(process, told["port"], told["token"])
        process.stdin.close()
