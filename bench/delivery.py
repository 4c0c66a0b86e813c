"""Measure the spine of delivery on a fresh database: accepting, expanding, sending, pace.

Nothing leaves the machine: the provider accepts at once. Figures depend on the machine and on what
else it does, so compare runs, and believe ratios. Usage: make bench
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Self

from bench.report import Report, size

UNREAL = {
    "secret_key": "only-for-the-bench-only-for-the-bench-1234",
    "encryption_keys": "bench:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "client_id": "bench",
    "client_secret": "bench",
}
"""Settings that the product requires and that open nothing."""

PEOPLE = size(50_000, 2_000)
MAILS = size(2_000, 40)
PACED_MINUTES = size(10, 1)


def start_django(folder: Path, **settings: str) -> None:
    """Load the product's own settings on a database of our own, unless one is named.

    Args:
        folder: where a SQLite file goes.
        settings: the product's settings by their names in lower case, such as ``graph_url``.
    """
    for name, value in UNREAL.items():
        os.environ.setdefault(f"CLASSBELL_{name.upper()}", value)
    os.environ |= {f"CLASSBELL_{name.upper()}": value for name, value in settings.items()}
    os.environ.setdefault("CLASSBELL_DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "classbell.django_settings"
    import django  # noqa: PLC0415 -- reads the environment that is set above
    from django.core.management import call_command  # noqa: PLC0415 -- the same

    from classbell.network.logs import configure_logging  # noqa: PLC0415 -- as below

    # What is measured is told on standard output; the log has a stream of its own.
    configure_logging(level="warning")
    django.setup()
    call_command("migrate", verbosity=0)


@dataclass
class OtherWriter:
    """Somebody else who writes a small thing all the time, and notes the longest wait."""

    write: Callable[[], object]
    longest: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        from django.db import connection  # noqa: PLC0415 -- needs Django's settings

        while not self._done.wait(0.02):
            begun = time.perf_counter()
            try:
                self.write()
            finally:  # who waited in vain waited longest
                self.longest = max(self.longest, time.perf_counter() - begun)
        connection.close()


def main() -> None:
    """Measure everything once on the store of this process."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench import measures  # noqa: PLC0415 -- needs Django's settings

        report = Report("delivery")
        accepting = median(measures.seconds_to_accept(PEOPLE) for _ in range(5))
        report.row(
            f"accepting a notification for {PEOPLE:,} people",
            f"{accepting * 1e3:.0f} ms",
            "< 100 ms",
            held=accepting < 0.1,
        )
        with OtherWriter(measures.write_something) as other:
            rows_a_second = median(measures.rows_a_second(PEOPLE) for _ in range(3))
        report.row(
            "expanding it, another writer beside it",
            f"{rows_a_second:,.0f} rows/s",
            "≥ 15,000",
            held=rows_a_second >= 15_000,
        )
        report.row(
            "longest wait of that writer",
            f"{other.longest * 1e3:.0f} ms",
            "≤ 250 ms",
            held=other.longest <= 0.25,
        )
        share = measures.share_of_the_pace(timedelta(minutes=PACED_MINUTES))
        report.row(
            f"share of the configured pace (28 messages a minute) over {PACED_MINUTES} minutes",
            f"{share:.1%}",
            "≥ 98 %",
            held=share >= 0.98,
        )
        cost = measures.cost_of_a_message(MAILS)
        report.row(
            "processor time of a message on a mailbox lane, three in flight",
            f"{cost.processor * 1e6:,.0f} µs",
        )
        report.row("messages a second on one mailbox lane without a pace", f"{cost.rate:,.0f}")
        report.save()


if __name__ == "__main__":
    main()
