"""Measure the pages of a catalog beside a small and a large ledger, on each store there is.

Two processes, each with a database of its own size, answer the same requests in turn, so that what
else the machine does meets both alike. Usage: make bench, or
python -m bench.delivery_log [ROWS OF THE LARGE LEDGER]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from bench.delivery import say
from classbell.cli.output import progress_bar
from tests import postgresql

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 60
TARGET = "x 1.5"
SERVE = "import sys; from bench.log_server import serve; serve(int(sys.argv[1]))"


class Server:
    """A process with a ledger of one size, which answers requests of its own and times them."""

    def __init__(self, size: int, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(size)],
            env=os.environ | {"CLASSBELL_DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pages: list[str] = []

    def filled(self) -> None:
        """Wait until the ledger is there."""
        self.pages = list(self._told())

    def round(self) -> dict[str, float]:
        """Ask for every page once; return the seconds each took."""
        if self._process.stdin is None:
            raise RuntimeError("The server has no pipes.")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return dict(self._told())

    def stop(self) -> None:
        """Let the process end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _told(self) -> Any:  # noqa: ANN401 -- JSON
        if self._process.stdout is None:
            raise RuntimeError("The server has no pipes.")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The server ended; its last words stand above.")
        return json.loads(line)


@contextmanager
def databases(store: str, count: int) -> Iterator[list[str]]:
    """Make so many empty databases, and remove them in the end."""
    if store == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="classbell-bench-"))
        yield [f"sqlite:///{folder / str(number)}.sqlite3" for number in range(count)]
        shutil.rmtree(folder)
        return
    server = postgresql.server_url()
    names = [f"bench_{uuid4().hex}" for _ in range(count)]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield [urlsplit(server)._replace(path=f"/{name}").geturl() for name in names]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def p95(times: list[float]) -> float:
    """Return what 95 of 100 stay below."""
    return quantiles(times, n=20)[-1]


def measure(store: str, large: int) -> None:
    """Compare the two sizes on one store and print it."""
    draw = progress_bar(sys.stderr)
    with ExitStack() as stack:
        urls = stack.enter_context(databases(store, 2))
        pair = [Server(size, url) for size, url in zip((SMALL, large), urls, strict=True)]
        for server in pair:
            stack.callback(server.stop)
        for done, server in enumerate(pair):
            draw(f"{store}: fill", done, len(pair))
            server.filled()
        draw(f"{store}: fill", len(pair), len(pair))
        rounds: list[list[dict[str, float]]] = []
        for done in range(ROUNDS):
            rounds.append([server.round() for server in pair])
            draw(f"{store}: ask", done + 1, ROUNDS)
        for page in pair[0].pages:
            report(store, page, [[one[side][page] for one in rounds] for side in range(2)])


def report(store: str, page: str, times: list[list[float]]) -> None:
    """Print one page: its p95 and median beside the large ledger, and against the small one."""
    small, large = times
    figures = f"{p95(large) * 1e3:.0f} ms, x {p95(large) / p95(small):.2f}"
    middle = f"median {median(large) * 1e3:.0f} ms, x {median(large) / median(small):.2f}"
    say(f"{store}: {page}", figures, f"{TARGET}   {middle}")


def main() -> None:
    """Measure on every store there is."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    print(f"p95 beside {large:,} ledger rows, and against {SMALL:,}")
    measure("sqlite", large)
    if postgresql.binaries() is not None:
        measure("postgresql", large)


if __name__ == "__main__":
    main()
