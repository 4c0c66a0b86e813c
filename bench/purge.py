"""Measure how fast what was kept for long enough is given up, beside another writer.

Usage: make bench
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.delivery import OtherWriter, start_django
from bench.report import Report, size

ROWS = size(60_000, 2_000)
KEPT_ROWS = size(20_000, 1_000)


def main() -> None:
    """Measure on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench.log_rows import ROWS_A_DAY, Ledger  # noqa: PLC0415 -- needs Django's settings
        from bench.measures import write_something  # noqa: PLC0415 -- the same
        from classbell.delivery.retention import purge  # noqa: PLC0415 -- the same
        from classbell.storage.models import Message  # noqa: PLC0415 -- the same
        from tests.support import NOW, fake_ports  # noqa: PLC0415 -- the same

        Ledger(fake_ports(), ROWS).write()
        before = NOW - timedelta(days=KEPT_ROWS / ROWS_A_DAY)
        begun, used = time.perf_counter(), time.process_time()
        with OtherWriter(write_something) as other:
            while purge(before):
                pass
            took = time.perf_counter() - begun
        gone = ROWS - Message.objects.count()
        report = Report("purge")
        report.row("giving up old messages with their attempts", f"{gone / took:,.0f} rows/s")
        cost = (time.process_time() - used) / gone * 1e6
        report.row("processor time of a row given up", f"{cost:,.0f} µs")
        report.row("longest wait of another writer meanwhile", f"{other.longest * 1e3:.0f} ms")
        report.save()


if __name__ == "__main__":
    main()
