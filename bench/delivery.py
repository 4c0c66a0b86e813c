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

PEOPLE = 50_000
MAILS = 2_000
PACED_MINUTES = 10


def start_django(folder: Path) -> None:
    """Load the product's own settings on a database of our own, unless one is named."""
    os.environ.setdefault("CLASSBELL_DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "classbell.django_settings"
    import django  # noqa: PLC0415 -- reads the environment that is set above
    from django.core.management import call_command  # noqa: PLC0415 -- the same

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
            self.write()
            self.longest = max(self.longest, time.perf_counter() - begun)
        connection.close()


def say(what: str, measured: str, target: str) -> None:
    """Print one line of the report."""
    print(f"{what:<58} {measured:>18}   {target}")


def main() -> None:
    """Measure everything once and print it."""
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        from bench import measures  # noqa: PLC0415 -- needs Django's settings

        say("what", "measured", "target")
        accepting = median(measures.seconds_to_accept(PEOPLE) for _ in range(5))
        say(
            f"accepting a notification for {PEOPLE:,} people", f"{accepting * 1e3:.0f} ms", "100 ms"
        )
        small = measures.cost_of_a_message(MAILS, "small")
        say("sending, processor time of a message", f"{small.processor * 1e6:,.0f} µs", "")
        say("sending without a pace, one thread", f"{small.rate:,.0f} messages/s", "")
        with OtherWriter(measures.write_something) as other:
            rows_a_second = measures.rows_a_second(PEOPLE)
        say("expanding it, another writer beside it", f"{rows_a_second:,.0f} rows/s", "15,000")
        say("longest wait of that writer", f"{other.longest * 1e3:.0f} ms", "250 ms")
        large = measures.cost_of_a_message(MAILS, "large")
        say(
            f"sending beside {PEOPLE:,} ledger rows, against a small ledger",
            f"x {large.processor / small.processor:.2f}",
            "x 1.1",
        )
        share = measures.share_of_the_pace(timedelta(minutes=PACED_MINUTES))
        say(f"share of the default pace over {PACED_MINUTES} minutes", f"{share:.1%}", "98%")


if __name__ == "__main__":
    main()
