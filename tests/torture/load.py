"""Many admins and a full send at once: `python -m tests.torture.load --admins 200 --letters 10000`.

The whole product runs as `make demo` starts it: sandbox, worker, web. All admins sign in by
Microsoft's pages and go about theirs; a while later a notification goes out, one mail to each of so
many learners, while they go on; then they leave, and a second one of the same size goes out alone.
What is measured with the send and without it is measured in one run, on one machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.databases import databases
from bench.process_tree import memory
from classbell.cli.demo.stage import Stage
from classbell.cli.processes import Processes, free_ports
from classbell.cli.showcase import SERVICE_ACCOUNT, Places, settings_of
from classbell.network.http import HttpDoor, Timeouts
from classbell.network.logs import configure_logging
from tests.torture.compare import check_mail
from tests.torture.load_admins import Admin, Crowd, a_crowd
from tests.torture.load_seed import address_of
from tests.torture.soak import begun

SETTINGS = {
    "CLASSBELL_MESSAGES_PER_MINUTE": "100000",
    "CLASSBELL_RECIPIENTS_PER_DAY": "1000000",
}
"""As fast as it goes: at Exchange's pace a send would be no load."""
WITH, WITHOUT = "with the send", "without"
STRANGERS = 5
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 1_800
MOST_BYTES = 2 * 1024**3
NAMES = ("sandbox", "web", "worker")


@dataclass
class Load:
    """One run.

    Attributes:
        figures: what was measured, by its name.
    """

    stage: Stage
    letters: int
    think: float
    figures: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)

    def crowd(self, admins: int, seed: int) -> Crowd:
        """Make the admins, here and at Microsoft, and sign them in."""
        people = self._seed("people", admins)
        for number in range(admins):
            person = {"address": address_of(number), "display_name": f"Admin {number}"}
            self.stage.control("POST", "/people", person)
        crowd = a_crowd(
            self.stage.places.base_url, people, strangers=STRANGERS, think=self.think, seed=seed
        )
        begun_at = time.monotonic()
        crowd.come(lambda number: self._show("signed in", number, len(crowd.walkers)))
        self.figures["sign-ins"] = (
            f"{len(crowd.walkers)} people in {time.monotonic() - begun_at:.0f} s"
        )
        return crowd

    def rest(self, seconds: float) -> None:
        """Let the admins go about their pages for a while."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            time.sleep(min(LOOK_SECONDS, left))
            self._show("without the send, seconds", seconds - max(left, 0), seconds)

    def send(self, name: str) -> None:
        """Send to all learners, to the end.

        Raises:
            AssertionError: it does not come to its end.
        """
        before, begun_at = self._accepted(), time.monotonic()
        self.sent.append(self._seed("send", self.letters)["id"])
        while (done := self._accepted() - before) < self.letters:
            self._show(f"sent, {name}", done, self.letters)
            time.sleep(LOOK_SECONDS)
            assert time.monotonic() < begun_at + PATIENCE_SECONDS, f"only {done} were sent"
        took = time.monotonic() - begun_at
        self.figures[f"send {name}"] = f"{self.letters / took:.1f} mails a second, {took:.0f} s"

    def weigh(self) -> None:
        """Note what each process has in memory now."""
        for name in NAMES:
            held = memory(self.stage.processes.children[name].pid)
            self.figures[f"memory of {name}"] = f"{held:.0f} MB"

    def check(self, crowd: Crowd) -> None:
        """Compare mail with the ledger and courses with what admins saved.

        Raises:
            AssertionError: a page failed, a stranger came in, a mail or a change is lost.
        """
        assert not crowd.seen.wrong, dict(crowd.seen.wrong)
        assert crowd.seen.refused, "no stranger ever tried"
        for one in self.sent:
            words = ("notifications", "show", one, "--catalog", "academy", "--json")
            told = self._until_told(words)
            assert told["sent"] == self.letters, f"the ledger says {told}"
        rows = self.stage.rows("deliveries", "list", "--limit", "1000000")
        mails = self.stage.received()
        check_mail(rows, mails, {})
        # Nothing was in trouble here: nobody may have a mail twice, whatever the ledger says.
        each = Counter(mail["deliveredTo"] for mail in mails if "learner." in mail["deliveredTo"])
        assert len(each) == 2 * self.letters, f"{len(each)} learners got mail"
        assert set(each.values()) == {1}, "a learner got a mail twice"
        changed = [one for one in crowd.walkers if isinstance(one, Admin) and one.title]
        courses: dict[str, str] = {}
        for slug in {one.facts["slug"] for one in changed}:
            found = self.stage.rows("courses", "list", "--catalog", slug)
            courses |= {row["id"]: row["title"] for row in found}
        lost = [one.title for one in changed if courses[one.facts["course"]] != one.title]
        assert not lost, f"{len(lost)} changes are lost: {lost[:3]}"
        self.figures["changes kept"] = str(sum(one.changes for one in changed))
        self.figures["strangers refused"] = str(crowd.seen.refused)

    def tell(self, crowd: Crowd) -> None:
        """Print what was measured."""
        print("\n\n| page | asked | p50 | p95 | p99 | p95 without the send | ratio |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        seconds = crowd.seen.seconds
        for name in sorted({name for _phase, name in seconds}):
            print(_row(name, seconds.get((WITH, name), []), seconds.get((WITHOUT, name), [])))
        whole = {
            phase: [one for (of, _name), found in seconds.items() if of == phase for one in found]
            for phase in (WITH, WITHOUT)
        }
        print(_row("all", whole[WITH], whole[WITHOUT]))
        print()
        for name, figure in self.figures.items():
            print(f"{name}: {figure}")

    def _until_told(self, words: tuple[str, ...]) -> dict[str, Any]:
        """Return how far a notification is, once nothing of it waits."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            told: dict[str, Any] = json.loads(self.stage.command(*words))
            if not told["waiting"]:
                return told
            assert time.monotonic() < ends, f"it never ends: {told}"

    def _accepted(self) -> int:
        """Return how many mails the sandbox took from the account."""
        counted = self.stage.control("GET", "/statistics")["mailboxes"]
        return int(counted.get(SERVICE_ACCOUNT, {}).get("accepted", 0))

    def _seed(self, act: str, count: int) -> Any:
        words = [sys.executable, "-m", "tests.torture.load_seed", act, str(count)]
        done = subprocess.run(
            words,
            env=dict(self.stage.environment),
            stdout=subprocess.PIPE,
            stderr=self.stage.processes.output,
            check=True,
        )
        return json.loads(done.stdout)

    def _show(self, what: str, done: float, whole: float) -> None:
        bar = "#" * int(30 * done / whole)
        line = f"\r{what:<24} [{bar:<30}] {done:.0f}/{whole:.0f}   "
        print(line, end="", file=sys.stderr, flush=True)


def _row(name: str, busy: list[float], quiet: list[float]) -> str:
    """Return a line of the table; where a page was asked too seldom, without figures."""
    if min(len(busy), len(quiet)) < 2:
        return f"| {name} | {len(busy)} | | | | | |"
    with_it, without = (quantiles(each, n=100, method="inclusive") for each in (busy, quiet))
    figures = " | ".join(f"{1_000 * with_it[at - 1]:.0f} ms" for at in (50, 95, 99))
    ratio = with_it[94] / without[94]
    return f"| {name} | {len(busy)} | {figures} | {1_000 * without[94]:.0f} ms | {ratio:.2f} |"


def run(load: Load, admins: int, quiet_seconds: float, seed: int) -> None:
    """Go through the phases and compare in the end."""
    crowd = load.crowd(admins, seed)
    try:
        crowd.seen.phase = WITHOUT
        load.rest(quiet_seconds)
        crowd.seen.phase = WITH
        load.send(f"beside {admins} admins")
        load.weigh()
    finally:
        crowd.seen.phase = ""
        crowd.leave()
    load.send("alone")
    load.tell(crowd)
    load.check(crowd)


def main() -> int:
    """Load once, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--admins", type=int, default=200)
    parser.add_argument("--letters", type=int, default=10_000, help="of each of two sends")
    parser.add_argument("--think", type=float, default=10.0, help="seconds between two pages")
    parser.add_argument("--quiet", type=float, default=60.0, help="seconds before the first send")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    words = parser.parse_args()
    configure_logging(level="warning")
    print(
        f"{words.admins} admins, two sends of {words.letters} mails on {words.store}, "
        f"seed {words.seed}",
        flush=True,
    )
    with (
        databases(words.store, 1) as [address],
        tempfile.TemporaryDirectory(prefix="classbell-load-") as folder,
    ):
        places = Places(Path(folder), *free_ports(4))
        settings = settings_of(places) | SETTINGS | {"CLASSBELL_DATABASE_URL": address}
        with (Path(folder) / "processes.log").open("wb") as output:
            processes = Processes(settings, output)
            # What arrived is asked for in one answer, which is long.
            patient = Timeouts(read=120.0, total=240.0)
            with processes, HttpDoor(timeouts=patient, max_answer_bytes=MOST_BYTES) as door:
                load = Load(begun(places, processes, door), words.letters, words.think)
                run(load, words.admins, words.quiet, words.seed)
    print("\nit held: " + "; ".join(f"{name} {figure}" for name, figure in load.figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
