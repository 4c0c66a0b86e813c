"""``classbell run`` and ``classbell demo``, started for real: what they leave behind is nothing."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from classbell.cli.processes import GOODBYES, LOOPBACK, require_free
from classbell.cli.showcase import Places
from classbell.ports.errors import ConfigurationFault

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[3] / "examples"
PATIENCE_SECONDS = 120
REFUSED = 2


@dataclass
class Terminal:
    """A terminal of its own, in which one command runs."""

    words: list[str]
    output: Path

    def __post_init__(self) -> None:
        own = ("CLASSBELL_", "DJANGO_", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "classbell.cli.main", *self.words],
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything it has printed so far."""
        return self.output.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        """Wait until it prints something."""
        deadline = monotonic() + PATIENCE_SECONDS
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert monotonic() < deadline, self.said
            sleep(0.1)

    def send(self, number: int) -> None:
        """Send a signal to all that runs in this terminal, as a terminal does."""
        os.killpg(self.process.pid, number)

    def ends(self) -> int:
        """Wait for its end and return the exit code."""
        return self.process.wait(PATIENCE_SECONDS)


@dataclass
class Showcase:
    """Where a showcase of a test's own listens and is kept."""

    folder: Path

    def __post_init__(self) -> None:
        # Begun elsewhere by each process: tests beside each other must not want the same ports.
        begin = 1000 + os.getpid() % 1000 * 10
        self.moved_by = next(number for number in range(begin, 50_000, 1000) if _is_free(number))
        self.places = Places(self.folder).with_ports_moved(self.moved_by)
        self.words = ["run", "--with-sandbox", "--folder", str(self.folder)]
        self.words += ["--add-to-ports", str(self.moved_by)]


def _is_free(moved_by: int) -> bool:
    try:
        require_free(Places(Path()).with_ports_moved(moved_by).ports)
    except ConfigurationFault:
        return False
    return True


@pytest.fixture
def showcase(tmp_path: Path) -> Showcase:
    return Showcase(tmp_path / "var")


def listening(ports: Iterable[int]) -> list[int]:
    """Return those ports on which somebody listens."""
    found = []
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                found.append(port)
    return found


def is_worked_for(places: Places) -> bool:
    """Say whether a worker holds the store, of which one at a time may."""
    with (places.folder / "classbell.sqlite3.worker-lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def leaves_nothing(showcase: Showcase) -> bool:
    """Say whether neither a port nor the store is in anybody's hands."""
    return not listening(showcase.places.ports.values()) and not is_worked_for(showcase.places)


@pytest.mark.parametrize("number", GOODBYES, ids=lambda number: number.name)
def test_run_stops_everything_however_it_is_left(
    showcase: Showcase, tmp_path: Path, number: signal.Signals
) -> None:
    running = Terminal(showcase.words, tmp_path / "run.log")
    running.wait_for("Classbell is running.")
    assert f"http://localhost:{showcase.places.web_port}" in running.said
    assert "sign in as mai.nielsen@contoso.example" in running.said
    assert len(listening(showcase.places.ports.values())) == 4
    assert is_worked_for(showcase.places)
    running.send(number)
    running.send(number)  # out of impatience
    assert running.ends() == 0
    assert running.said.endswith("Everything is stopped.\n")
    assert leaves_nothing(showcase)


def test_run_can_be_left_while_it_starts(showcase: Showcase, tmp_path: Path) -> None:
    starting = Terminal(showcase.words, tmp_path / "run.log")
    starting.wait_for("Nothing here leaves this machine.")
    starting.send(signal.SIGINT)
    assert starting.ends() == 0
    assert "Traceback" not in starting.said
    assert not listening(showcase.places.ports.values())


def test_a_second_run_is_refused_before_anything_is_said_to_run(
    showcase: Showcase, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, showcase.places.web_port))
        taken.listen()
        second = Terminal(showcase.words, tmp_path / "second.log")
        assert second.ends() == REFUSED
    assert f"Port {showcase.places.web_port} is taken" in second.said
    assert "--add-to-ports" in second.said
    assert "Classbell is running." not in second.said
    assert not showcase.folder.exists()


def test_run_ends_when_a_part_of_it_does(showcase: Showcase, tmp_path: Path) -> None:
    running = Terminal(showcase.words, tmp_path / "run.log")
    running.wait_for("Classbell is running.")
    [web] = [child for child in children_of(running.process.pid) if "cli.main serve" in child[1]]
    os.kill(web[0], signal.SIGKILL)
    assert running.ends() == 1
    assert "web ended by itself; everything was stopped." in running.said
    assert leaves_nothing(showcase)


def children_of(pid: int) -> list[tuple[int, str]]:
    """Return number and command line of a process's children."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in found.stdout.splitlines()]
    return [(int(number), args) for number, parent, args in rows if int(parent) == pid]


def test_the_demo_stops_at_the_first_thing_that_does_not_hold(tmp_path: Path) -> None:
    lines = (EXAMPLES / "courses.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    lines[5] = lines[5].replace("Europe/", "Atlantis/")
    (tmp_path / "courses.csv").write_text("".join(lines), encoding="utf-8")
    shutil.copy(EXAMPLES / "enrolments.csv", tmp_path)
    log = tmp_path / "processes.log"

    demo = Terminal(["demo", "--examples", str(tmp_path), "--log", str(log)], tmp_path / "demo.log")

    assert demo.ends() == 1
    assert demo.said.count(". ok ") == 5
    assert demo.said.count(". FAIL ") == 1
    assert "courses.csv, line 6, column time_zone" in demo.said
    assert "It did not hold" in demo.said
    ports = re.findall(r"127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8"))
    assert ports
    assert not listening(map(int, ports))
