"""Measure pages and the cost of a message beside a small and a large ledger.

Two processes, each with a database of its own size, answer the same requests in turn and send the
same mail, so that what else the machine does meets both alike. CLASSBELL_BENCH_ROWS sets another
size of the large one. Usage: make bench
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Any

from bench.databases import databases
from bench.report import Report, progress_bar, size, store

SMALL, LARGE = size(1_000, 200), int(os.environ.get("CLASSBELL_BENCH_ROWS", size(1_000_000, 2_000)))
ROUNDS = size(40, 2)
MAIL_EVERY, MAILS = 3, size(100, 5)
SERVE = "import sys; from bench.log_server import serve; serve(int(sys.argv[1]))"


class Server:
    """A process with a ledger of one size, which answers requests of its own and times them."""

    def __init__(self, rows: int, url: str, serve: str = SERVE, *more: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", serve, str(rows), *map(str, more)],
            env=os.environ | {"CLASSBELL_DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pages: list[str] = []

    def filled(self) -> None:
        """Wait until the ledger is there."""
        self.pages = list(self._told())

    def ask(self, words: str) -> Any:  # noqa: ANN401 -- JSON
        """Ask for the pages or for mail to be sent, and return what it took."""
        if self._process.stdin is None:
            raise RuntimeError("The server has no pipes.")
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        return self._told()

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


def p95(times: list[float]) -> float:
    """Return what 95 of 100 stay below."""
    return quantiles(times, n=20)[-1]


def measure(store: str) -> None:
    """Compare the two sizes on one store."""
    draw = progress_bar(sys.stderr)
    report = Report("delivery_log")
    with ExitStack() as stack:
        urls = stack.enter_context(databases(store, 2))
        pair = [Server(rows, url) for rows, url in zip((SMALL, LARGE), urls, strict=True)]
        for server in pair:
            stack.callback(server.stop)
        for done, server in enumerate(pair):
            draw(f"{store}: fill", done, len(pair))
            server.filled()
        draw(f"{store}: fill", len(pair), len(pair))
        rounds: list[list[dict[str, float]]] = []
        costs: list[list[float]] = []
        for done in range(ROUNDS):
            rounds.append([server.ask("pages") for server in pair])
            if done % MAIL_EVERY == 0:
                costs.append([server.ask(f"send {MAILS}") for server in pair])
            draw(f"{store}: ask", done + 1, ROUNDS)
        tell_pages(report, pair[0].pages, rounds)
        tell_cost(report, costs[1:] or costs)
    report.save()


def tell_pages(report: Report, pages: list[str], rounds: list[list[dict[str, float]]]) -> None:
    """Tell each page's p95 beside the large ledger, and against the small one."""
    ratios: dict[str, float] = {}
    for page in pages:
        small, large = ([one[side][page] for one in rounds] for side in range(2))
        ratios[page] = p95(large) / p95(small)
        figures = f"{p95(large) * 1e3:.0f} ms, x {ratios[page]:.2f}"
        middle = f"median {median(large) * 1e3:.0f} ms, x {median(large) / median(small):.2f}"
        report.row(
            f"{page}: p95 beside {LARGE:,} rows, against {SMALL:,}",
            f"{figures} ({middle})",
            "≤ x 1.5",
            held=ratios[page] <= 1.5,
        )
    title = f"p95 of each page beside {LARGE:,} rows, against {SMALL:,} (target 1.5)"
    report.plot(f"pages-{report.on.lower()}", title, "times", ratios)


def tell_cost(report: Report, costs: list[list[float]]) -> None:
    """Tell what a message costs in processor time, small and large taking turns."""
    small, large = (median(column) for column in zip(*costs, strict=True))
    ratio = median(beside / alone for alone, beside in costs)
    report.row(
        f"processor time of a message beside {LARGE:,} rows, against {SMALL:,}, {len(costs)} turns",
        f"{large * 1e6:,.0f} µs, x {ratio:.2f}",
        "≤ x 1.1",
        held=ratio <= 1.1,
    )
    report.row(f"processor time of a message beside {SMALL:,} rows", f"{small * 1e6:,.0f} µs")


def main() -> None:
    """Measure on the store of this process, on databases of its own."""
    measure(store().lower())


if __name__ == "__main__":
    main()
