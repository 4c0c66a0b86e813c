"""Measure the product beside what people use today: a Celery task with msgraph-sdk per recipient.

Both send as many mails to the same sandbox, its limits off, two requests at once, each by a worker
of its own. Then each worker is killed with kill -9 in the middle and started again, and what
arrived is counted. Celery's broker is SQLAlchemy on a SQLite file, and nothing of its settings is
changed; see `bench.celery_app`. Usage: make bench
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.delivery import start_django
from bench.peers import Peer, peer
from bench.process_tree import memory, processor_seconds
from bench.report import Report, progress_bar, size
from classbell.cli.showcase import classbell_program
from m365sandbox.control.client import Control

PEOPLE = size(500, 10)
KILLS = size(3, 1)
SENDER = "learning@contoso.example"
QUIET_SECONDS = size(8.0, 4.0)
LONGEST_SECONDS = 90.0
CLIENTS = Path(".venv-clients/bin")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: how mail is asked for, how its worker starts, and what is left open."""

    name: str
    ask: Callable[[int], object]
    words: list[str]
    environment: dict[str, str]
    left_open: Callable[[], bool]

    @contextmanager
    def worker(self) -> Iterator[int]:
        """Run a worker in a session of its own for the block, then kill it with its children."""
        process = subprocess.Popen(
            self.words,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process.pid
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass(frozen=True, slots=True)
class Figures:
    """What sending came to: mails a second, processor seconds a mail, megabytes."""

    rate: float
    processor: float
    memory: float


@dataclass(frozen=True, slots=True)
class Killed:
    """What a kill in the middle came to."""

    missing: int
    doubled: int


class Watch:
    """Looks at what arrives in the sandbox."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def accepted(self) -> int:
        """Return how many mails the sandbox has accepted so far."""
        counts: dict[str, dict[str, int]] = self._control.statistics()["mailboxes"]
        return counts.get(SENDER, {}).get("accepted", 0)

    def until(self, count: int) -> None:
        """Wait until so many are accepted."""
        ends = time.monotonic() + LONGEST_SECONDS
        while self.accepted() < count:
            if time.monotonic() > ends:
                raise TimeoutError(f"{self.accepted()} of {count} were accepted.")
            time.sleep(0.02)

    def until_quiet(self) -> None:
        """Wait until nothing more has been accepted for a while."""
        before, since = -1, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            now = self.accepted()
            if now != before:
                before, since = now, time.monotonic()
            time.sleep(0.1)

    def arrived(self) -> list[str]:
        """Return to whom each mail went that has arrived so far."""
        return [str(one["deliveredTo"]) for one in self._control.received()]


def sent(side: Side, watch: Watch) -> Figures:
    """Let a side send everything; the first tenth warms it up and is not counted."""
    before, warm = watch.accepted(), PEOPLE // 10
    side.ask(PEOPLE + warm)
    with side.worker() as pid:
        watch.until(before + warm)
        begun, used = time.perf_counter(), processor_seconds(pid)
        watch.until(before + warm + PEOPLE)
        took = time.perf_counter() - begun
        cost = (processor_seconds(pid) - used) / PEOPLE
        figures = Figures(PEOPLE / took, cost, memory(pid))
        watch.until_quiet()
    return figures


def killed(side: Side, watch: Watch) -> Killed:
    """Kill a side's worker in the middle, start another, and count what arrived."""
    before = watch.arrived()
    side.ask(PEOPLE)
    with side.worker():
        watch.until(watch.accepted() + PEOPLE // 3)
    with side.worker():
        watch.until_quiet()
        while side.left_open():
            watch.until_quiet()
    arrived = Counter(watch.arrived()[len(before) :])
    return Killed(PEOPLE - len(arrived), sum(count > 1 for count in arrived.values()))


def celery(folder: Path, sandbox: Peer) -> Side:
    """Return what people use today."""
    environment = os.environ | {
        "BENCH_BROKER": f"sqla+sqlite:///{folder / 'broker.sqlite3'}",
        "BENCH_TOKEN": sandbox.token,
        "BENCH_GRAPH": sandbox.url,
    }
    python = str(CLIENTS / "python")
    return Side(
        "msgraph-sdk in a Celery task",
        lambda count: subprocess.run(
            [python, "-m", "bench.celery_app", str(count)], env=environment, check=True
        ),
        [python, "-m", "celery", "-A", "bench.celery_app", "worker", "--concurrency", "2"],
        environment,
        lambda: False,
    )


def product(sandbox: Peer) -> Side:
    """Return the product; Django has been started."""
    from bench import stage  # noqa: PLC0415 -- needs Django's settings
    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.storage.models import Message, MessageState  # noqa: PLC0415 -- the same

    ports = bootstrap.ports()
    stage.a_sender(ports, sandbox)
    waiting = (MessageState.QUEUED, MessageState.SENDING)

    def ask(count: int) -> None:
        people = stage.learners(count)
        stage.tell(ports, "enrolment_confirmed", people, stage.a_session_ahead(ports))
        stage.expand(ports)

    return Side(
        "the product",
        ask,
        [*classbell_program(), "worker"],
        dict(os.environ),
        lambda: Message.objects.filter(state__in=waiting).exists(),
    )


def in_doubt() -> int:
    """Return of how many messages the product says that it cannot know."""
    from classbell.storage.models import Message, MessageState  # noqa: PLC0415 -- Django's

    return Message.objects.filter(state=MessageState.UNKNOWN).count()


def main() -> None:
    """Measure both sides once on the store of this process."""
    draw = progress_bar(sys.stderr)
    with (
        tempfile.TemporaryDirectory(prefix="classbell-bench-") as name,
        peer("sandbox") as sandbox,
        closing(Control(sandbox.url)) as control,
    ):
        start_django(
            Path(name),
            graph_url=sandbox.url,
            messages_per_minute="0",
            recipients_per_day="0",
            recipients_reserve="0",
            requests_in_flight="2",
        )
        watch = Watch(control)
        sides = (celery(Path(name), sandbox), product(sandbox))
        figures, kills = [], []
        for done, side in enumerate(sides):
            draw(side.name, done * 2, 4)
            figures.append(sent(side, watch))
            draw(side.name, done * 2 + 1, 4)
            each = [killed(side, watch) for _ in range(KILLS)]
            kills.append(Killed(sum(one.missing for one in each), sum(one.doubled for one in each)))
        draw("both", 4, 4)
        _tell(sides, figures, kills, in_doubt())


def _tell(sides: tuple[Side, ...], figures: list[Figures], kills: list[Killed], doubt: int) -> None:
    report = Report("today")
    for side, found, kill in zip(sides, figures, kills, strict=True):
        report.row(f"{side.name}: {PEOPLE} mails, two at once", f"{found.rate:,.0f} mails/s")
        report.row(f"{side.name}: processor time of a mail", f"{found.processor * 1e6:,.0f} µs")
        report.row(f"{side.name}: memory of the worker", f"{found.memory:,.0f} MB")
        report.row(f"{side.name}: never arrived after {KILLS} kills", f"{kill.missing}")
        report.row(f"{side.name}: arrived twice after {KILLS} kills", f"{kill.doubled}")
    few = f"at most those in flight, {2 * KILLS}"
    held = doubt <= 2 * KILLS
    report.row("the product: shown as in doubt after that", f"{doubt}", few, held=held)
    lost = max(0, kills[1].missing - doubt)
    report.row("the product: lost without a word", f"{lost}", "0", held=not lost)
    theirs, ours = figures
    report.row("the product against it: rate", f"x {ours.rate / theirs.rate:.1f}")
    report.row(
        "the product against it: processor", f"x {ours.processor / max(theirs.processor, 1e-6):.2f}"
    )
    report.row("the product against it: memory", f"x {ours.memory / theirs.memory:.2f}")
    rates = {side.name: found.rate for side, found in zip(sides, figures, strict=True)}
    report.plot("today-rate", f"{PEOPLE} mails, two at once", "mails a second", rates)
    bars = {side.name: kill.missing for side, kill in zip(sides, kills, strict=True)}
    title = f"Of {PEOPLE * KILLS} people, not written to after {KILLS} times kill -9"
    report.plot("today-lost", title, "people", bars)
    report.save()


if __name__ == "__main__":
    main()
