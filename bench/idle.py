"""Measure what a worker costs that has nothing to do: without lanes, and with 10,000 idle ones.

It is the product's own worker in a process of its own; every lane has something to do tomorrow, as
connected accounts have. Usage: make bench
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bench.delivery import start_django
from bench.process_tree import memory, processor_seconds
from bench.report import Report, progress_bar, size
from classbell.cli.showcase import classbell_program

LANES = size(10_000, 100)
SECONDS = size(20, 1)
SETTLING_SECONDS = size(6, 3)


@contextmanager
def a_worker() -> Iterator[int]:
    """Run the product's worker for the length of the block, and give its process id."""
    process = subprocess.Popen([*classbell_program(), "worker"], stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def measured() -> tuple[float, float]:
    """Return the share of a core that an idle worker takes, and its megabytes."""
    draw = progress_bar(sys.stderr)
    with a_worker() as pid:
        time.sleep(SETTLING_SECONDS)
        before = processor_seconds(pid)
        for second in range(SECONDS):
            draw("idle", second, SECONDS)
            time.sleep(1)
        draw("idle", SECONDS, SECONDS)
        return (processor_seconds(pid) - before) / SECONDS, memory(pid)


def main() -> None:
    """Measure on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from classbell.ports.clock import SystemClock  # noqa: PLC0415 -- needs Django's settings
        from classbell.storage.models import Lane, LaneKind  # noqa: PLC0415 -- the same

        report = Report("idle")
        for lanes in (0, LANES):
            tomorrow = SystemClock().now() + timedelta(days=1)
            Lane.objects.bulk_create(
                Lane(kind=LaneKind.MAILBOX, key=f"idle {number}", due_at=tomorrow)
                for number in range(lanes)
            )
            share, used = measured()
            report.row(
                f"share of a core that a worker takes with {lanes:,} idle lanes",
                f"{share:.1%}",
                "nothing (≤ 5 %)" if lanes else "",
                held=share <= 0.05 if lanes else None,
            )
            report.row(f"memory of a worker with {lanes:,} idle lanes", f"{used:,.0f} MB")
        report.save()


if __name__ == "__main__":
    main()
