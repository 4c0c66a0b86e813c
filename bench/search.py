"""Measure the search and what it leads to in a small and a large organisation, in turns.

The small one has a thousand people and messages, the large one 100,000 and a million.
CLASSBELL_BENCH_ROWS sets another number of messages of the large one. Usage: make bench
"""

import os
import sys
from contextlib import ExitStack
from statistics import median

from bench.databases import databases
from bench.delivery_log import Server, p95
from bench.report import Report, progress_bar, size, store

SMALL = size(1_000, 200), size(1_000, 200)
LARGE = size(100_000, 1_000), int(os.environ.get("CLASSBELL_BENCH_ROWS", size(1_000_000, 2_000)))
ROUNDS = size(40, 2)
MOST_SECONDS = 0.5
SERVE = (
    "import sys; from bench.search_server import serve; serve(int(sys.argv[1]), int(sys.argv[2]))"
)


def main() -> None:
    """Measure on the store of this process, on databases of its own."""
    draw, report = progress_bar(sys.stderr), Report("search")
    with ExitStack() as stack:
        urls = stack.enter_context(databases(store().lower(), 2))
        pair = [
            Server(rows, url, SERVE, people)
            for (people, rows), url in zip((SMALL, LARGE), urls, strict=True)
        ]
        for server in pair:
            stack.callback(server.stop)
        for done, server in enumerate(pair):
            draw("fill", done, len(pair))
            server.filled()
        rounds: list[list[dict[str, float]]] = []
        for done in range(ROUNDS):
            rounds.append([server.ask("pages") for server in pair])
            draw("ask", done + 1, ROUNDS)
        for page in pair[0].pages:
            small, large = ([one[side][page] for one in rounds] for side in range(2))
            report.row(
                f"{page}: p95 among {LARGE[0]:,} people and {LARGE[1]:,} messages",
                f"{p95(large) * 1e3:.0f} ms (median {median(large) * 1e3:.0f} ms, "
                f"x {median(large) / median(small):.2f} against {SMALL[0]:,} people)",
                f"≤ {MOST_SECONDS * 1e3:.0f} ms",
                held=p95(large) <= MOST_SECONDS,
            )
    report.save()


if __name__ == "__main__":
    main()
