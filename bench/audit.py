"""Measure what the chain costs an act, against the row alone, and whether it grows with the record.

Three sides take turns, each act a transaction of its own: a row without a place (as before there
was a chain), an act chained onto a short record, and one chained onto a long one. Usage: make bench
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.delivery import start_django
from bench.report import Report, progress_bar, size

SHORT, LONG = size(1_000, 50), size(50_000, 200)
ROUNDS, ACTS = size(40, 2), size(50, 5)


def main() -> None:
    """Measure on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench.audit_sides import Side, check_rate  # noqa: PLC0415 -- needs Django's settings

        sides = [Side("bare", 0, chained=False), Side("short", SHORT), Side("long", LONG)]
        draw, times = progress_bar(sys.stderr), [[0.0] * 0 for _ in sides]
        for done in range(ROUNDS):
            for side, taken in zip(sides, times, strict=True):
                begun = time.perf_counter()
                for _ in range(ACTS):
                    side.act()
                taken.append((time.perf_counter() - begun) / ACTS)
            draw("acts", done + 1, ROUNDS)
        bare, short, long = map(median, times)
        report = Report("audit")
        report.row("an act without a place in a chain", f"{bare * 1e6:,.0f} µs")
        report.row(f"an act chained onto {SHORT:,}", f"{short * 1e6:,.0f} µs, x {short / bare:.2f}")
        ratio = long / short
        report.row(
            f"an act chained onto {LONG:,}, against {SHORT:,}",
            f"{long * 1e6:,.0f} µs, x {ratio:.2f}",
            "≤ x 1.2",
            held=ratio <= 1.2,
        )
        report.row("checking the record", f"{check_rate(sides[-1]):,.0f} acts/s")
        report.save()


if __name__ == "__main__":
    main()
