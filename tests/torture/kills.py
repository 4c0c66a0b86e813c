"""Kill and freeze workers at random labelled points: `python -m tests.torture.kills --runs 300`.

Each run draws its circumstances from a seed of its own, which is printed where something does not
hold; `--seed` repeats from there. It takes the store that CLASSBELL_TEST_DATABASE names.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from classbell.delivery.killpoints import KILL_POINTS
from tests import postgresql
from tests.storage.delivery.provider_folder import arrivals
from tests.storage.delivery.test_kill import Workers, ended

STORE = os.environ.get("CLASSBELL_TEST_DATABASE", "sqlite")
IN_FLIGHT = 3


@dataclass(frozen=True)
class Plan:
    """What happens in one run; all of it follows from the seed."""

    seed: int
    point: str
    count: int
    freeze: bool
    lanes: int
    messages: int
    together: int
    bad: int
    trouble: float
    traceable: bool

    @classmethod
    def drawn(cls, seed: int) -> Plan:
        """Draw a run."""
        draw = random.Random(seed)
        together = draw.choice((1, 1, 1000))
        return cls(
            seed=seed,
            point=draw.choice(KILL_POINTS),
            count=draw.randint(1, 8),
            # A frozen process keeps the lock of a SQLite file: the stated limit of that store.
            freeze=STORE == "postgresql" and draw.random() < 0.4,
            lanes=draw.randint(1, 4),
            messages=draw.randint(4, 12),
            together=together,
            bad=draw.choice((0, 0, 1)),
            trouble=draw.choice((0.0, 0.0, 0.2)),
            traceable=draw.random() < 0.5,
        )

    @property
    def words(self) -> dict[str, Any]:
        """What the workers are told of it."""
        names = ("lanes", "messages", "together", "bad", "trouble", "traceable")
        return {name: asdict(self)[name] for name in names}


@contextmanager
def a_store(template: str) -> Iterator[str]:
    """Give a fresh database with all tables, copied from one that was made once."""
    if STORE == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="classbell-torture-"))
        shutil.copy(template, folder / "classbell.sqlite3")
        yield f"sqlite:///{folder / 'classbell.sqlite3'}"
        shutil.rmtree(folder)
        return
    name = f"torture_{uuid.uuid4().hex}"
    with psycopg.connect(postgresql.server_url(), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    yield urlsplit(postgresql.server_url())._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgresql.server_url(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def make_template() -> str:
    """Make the tables once; return what ``a_store`` copies."""
    name = f"template_{uuid.uuid4().hex}"
    if STORE == "sqlite":
        name = str(Path(tempfile.mkdtemp(prefix="classbell-template-")) / name)
        url = f"sqlite:///{name}"
    else:
        with psycopg.connect(postgresql.server_url(), autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = urlsplit(postgresql.server_url())._replace(path=f"/{name}").geturl()
    subprocess.run(
        [sys.executable, "-m", "classbell.cli.main", "migrate"],
        env=os.environ
        | {"CLASSBELL_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "classbell.django_settings"},
        check=True,
        capture_output=True,
    )
    return name


def run(plan: Plan, template: str) -> Counter[str]:
    """Carry out one run and check what must hold after it.

    Returns:
        How many messages are in which state.

    Raises:
        AssertionError: something was lost, doubled or left in doubt without need.
    """
    folder = Path(tempfile.mkdtemp(prefix="classbell-run-"))
    try:
        with a_store(template) as url:
            return _run(plan, Workers(url, folder / "provider"))
    finally:
        shutil.rmtree(folder)


def _run(plan: Plan, workers: Workers) -> Counter[str]:
    words = plan.words | {"began": time.time(), "lease": 1.5}
    how = f"{plan.point}:{plan.count}" + (":freeze" if plan.freeze else "")
    first = workers.start(prepare=True, kill_point=how, **words)
    frozen = _wait_for(first, freeze=plan.freeze)
    ledger = ended(workers.start(**words))
    before = arrivals(workers.provider)
    if frozen:
        first.send_signal(signal.SIGCONT)
        after = ended(first)
        assert after["messages"] == ledger["messages"], "a frozen worker changed what was settled"
        _check_late(plan, ledger, [one for one in arrivals(workers.provider) if one not in before])
    _check(plan, ledger, workers)
    return Counter(ledger["messages"].values())


def _check_late(plan: Plan, ledger: dict[str, Any], late: list[tuple[str, str, list[str]]]) -> None:
    """Check what a worker sent that was frozen and went on after its lane was lost.

    Between the last look at the lease and the wire nothing can be done; so what was there may
    leave, and only what the ledger calls in doubt for that reason. A provider that can be asked
    has been asked by then, and takes none of it.
    """
    states = ledger["messages"]
    people = [address for _, _, addresses in late for address in addresses]
    assert not (plan.traceable and late), "sent after a look-up had said that it never was"
    assert len(late) <= plan.lanes * IN_FLIGHT, "more than was in flight left late"
    assert all(states[address] == "unknown" for address in people), "sent late and not in doubt"


def _wait_for(worker: subprocess.Popen[str], *, freeze: bool) -> bool:
    """Wait until the worker is dead, frozen or done; say whether it is frozen."""
    ends = time.monotonic() + 60
    while worker.poll() is None:
        assert time.monotonic() < ends, "the first worker neither died nor ended"
        stat = Path(f"/proc/{worker.pid}/stat").read_text()
        if freeze and stat.rpartition(")")[2].split()[0] == "T":
            return True
        time.sleep(0.02)
    output, _ = worker.communicate()
    assert worker.returncode in {0, -signal.SIGKILL}, output
    return False


def _check(plan: Plan, ledger: dict[str, Any], workers: Workers) -> None:
    """Compare the ledger with what the provider has."""
    states: dict[str, str] = ledger["messages"]
    reached = workers.received()
    assert len(states) == plan.lanes * plan.messages, "a message is missing"
    bad = {address for address in states if address.startswith("bad")}
    unknown = {address for address, state in states.items() if state == "unknown"}
    accepted = {address for address, state in states.items() if state == "accepted"}
    failed = {address for address, state in states.items() if state == "failed"}
    assert accepted | unknown | failed == set(states), Counter(states.values())
    assert failed <= bad, "only a refused address fails"
    assert accepted <= set(reached), "accepted is only what the provider has"
    assert max(reached.values(), default=1) == 1, "something was doubled"
    if plan.traceable:
        assert not unknown, "in doubt although the provider can be asked"
    elif not plan.trouble:
        assert ledger["envelopes"].get("unknown", 0) <= plan.lanes * IN_FLIGHT


def main() -> int:
    """Run as often as told, and say where it stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    words = parser.parse_args()
    template, began, total = make_template(), time.monotonic(), Counter[str]()
    print(f"{STORE}: {words.runs} runs from seed {words.seed}", flush=True)
    for number in range(words.runs):
        plan = Plan.drawn(words.seed + number)
        try:
            total += run(plan, template)
        except AssertionError as problem:
            print(f"\n{STORE}, {plan}: {problem}", flush=True)
            return 1
        if sys.stderr.isatty() or (number + 1) % 25 == 0:
            print(f"\r{number + 1}/{words.runs}", end="", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    print(f"\n{STORE}: {words.runs} runs held in {seconds:.0f} s; {dict(total)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
