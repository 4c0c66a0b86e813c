"""Measure one worker process and two on PostgreSQL, with the same work, by turns.

Providers are pauses of 20 ms. The processes are warm before the work is there. Database and
workers share the machine's cores, so on two of them two workers cannot be twice as fast.
Usage: make bench
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.delivery import start_django
from bench.report import Report, progress_bar, size

LANES = size(150, 10)
MESSAGES = size(10, 2)
ROUNDS = size(3, 1)
THREADS = 16
SERVE = "from bench.workers import serve; serve()"


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass came to: messages a second, and for each worker its figures."""

    rate: float
    processor: float
    memory: float


def serve() -> None:
    """Be one worker: begin at the first line of the input, end at its end, then tell figures."""
    start_django(Path.cwd())
    from threading import Event, Thread  # noqa: PLC0415 -- only the worker needs it

    from bench.lanes_worker import Provider, engine_for  # noqa: PLC0415 -- needs Django's settings

    engine = engine_for(Provider(0.02), threads=THREADS, holder=f"bench {os.getpid()}")
    print(json.dumps("ready"), flush=True)
    sys.stdin.readline()
    used, stop = time.process_time(), Event()
    worker = Thread(target=engine.run, args=(stop,))
    worker.start()
    sys.stdin.read()
    stop.set()
    worker.join()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    figures = {"processor": time.process_time() - used, "memory": int(kilobytes) / 1024}
    print(json.dumps(figures), flush=True)


@dataclass
class Worker:
    """One worker process."""

    process: subprocess.Popen[str]

    def told(self) -> Any:  # noqa: ANN401 -- JSON
        """Read what it tells next."""
        if self.process.stdout is None:
            raise RuntimeError("The worker has no pipes.")
        # Its log goes the same way; only what is told is JSON of one line by itself.
        for line in self.process.stdout:
            if line.startswith(('"ready"', '{"processor"')):
                return json.loads(line)
        raise RuntimeError("The worker ended; its last words stand above.")

    def begin(self) -> None:
        """Let it take lanes."""
        if self.process.stdin is None:
            raise RuntimeError("The worker has no pipes.")
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> Any:  # noqa: ANN401 -- JSON
        """Let it end, and return its figures."""
        if self.process.stdin is None:
            raise RuntimeError("The worker has no pipes.")
        self.process.stdin.close()
        return self.told()


@contextmanager
def a_worker() -> Iterator[Worker]:
    """Start a worker, and see it ended."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        made = Worker(process)
        made.told()
        yield made


def one_pass(workers: int) -> Pass:
    """Let so many workers do the work."""
    from bench.lanes_worker import fill, wait_until_sent  # noqa: PLC0415 -- needs Django's settings
    from classbell.storage.models import Message  # noqa: PLC0415 -- the same

    with ExitStack() as stack:
        started = [stack.enter_context(a_worker()) for _ in range(workers)]
        fill("well", LANES, MESSAGES)
        begun = time.perf_counter()
        for one in started:
            one.begin()
        wait_until_sent()
        took = time.perf_counter() - begun
        figures = [one.end() for one in started]
    Message.objects.all().delete()
    count = LANES * MESSAGES
    return Pass(
        count / took,
        sum(one["processor"] for one in figures) / count,
        max(one["memory"] for one in figures),
    )


def main() -> None:
    """Measure on the store of this process, which has to be PostgreSQL."""
    draw = progress_bar(sys.stderr)
    with tempfile.TemporaryDirectory(prefix="classbell-bench-") as folder:
        start_django(Path(folder))
        passes: dict[int, list[Pass]] = {1: [], 2: []}
        for done in range(ROUNDS):
            for workers, found in passes.items():
                draw("workers", done * 2 + workers - 1, ROUNDS * 2)
                found.append(one_pass(workers))
        draw("workers", ROUNDS * 2, ROUNDS * 2)
    report = Report("workers")
    rates = {workers: median(one.rate for one in found) for workers, found in passes.items()}
    for workers, found in passes.items():
        name = "one worker" if workers == 1 else "two workers"
        report.row(f"{name}, {LANES} lanes of {MESSAGES}", f"{rates[workers]:,.0f} messages/s")
        processor = median(one.processor for one in found) * 1e6
        report.row(f"{name}: processor time of a message", f"{processor:,.0f} µs")
        memory = median(one.memory for one in found)
        report.row(f"{name}: memory of each at its most", f"{memory:,.0f} MB")
    report.row(
        f"two workers against one, on {os.cpu_count()} cores shared with the database",
        f"x {rates[2] / rates[1]:.2f}",
    )
    bars = {"1 worker": rates[1], "2 workers": rates[2]}
    title = f"Workers on PostgreSQL, {os.cpu_count()} cores shared with the database"
    report.plot("workers", title, "messages a second", bars)
    report.save()


if __name__ == "__main__":
    main()
