"""The whole product under random trouble: `python -m tests.torture.soak --minutes 10 --seed N`.

A showcase runs as `make demo` runs it. For so many minutes the sandbox refuses, throttles, hangs
up and lies about what happened, one or two faults at a time; workers are killed and start again;
business time jumps; admins write to learners. Then the trouble ends, and everything is counted.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classbell.cli.commands.run import prepare, start_product, start_sandbox
from classbell.cli.demo import connecting
from classbell.cli.demo.browser import Browser
from classbell.cli.demo.stage import Stage
from classbell.cli.processes import Processes, free_ports
from classbell.cli.showcase import Places, classbell_program, settings_of
from classbell.network.http import HttpDoor
from classbell.network.logs import configure_logging

MESSAGE_HEADER = "x-classbell-message"
PACE = {"CLASSBELL_MESSAGES_PER_MINUTE": "600", "CLASSBELL_HELD_DECISION_MESSAGES": "100000"}
OPEN = {"queued", "sending", "held"}

FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503},
    {"status": 500, "body": {"error": {"code": "UnknownError", "message": "x"}}},
    {"status": 429, "headers": {"Retry-After": "3"}},
    {"status": 429, "body": {"error": {"code": "ApplicationThrottled", "message": "x"}}},
    {"status": 504},
    {"status": 200, "body": "not json"},
    {"effect": "drop"},
    {"effect": "act_then_drop"},
    {"delay_seconds": 12.0},
    {"status": 400, "body": {"error": {"code": "ErrorInvalidRecipients", "message": "x"}}},
    {"status": 401, "body": {"error": {"code": "InvalidAuthenticationToken", "message": "x"}}},
)
STEPS = (
    "*/sendMail",
    "*/events",
    "*/events/*",
    "*/oauth2/v2.0/token",
    "*/calendar/getSchedule",
    "/v1.0/me*",
)


@dataclass
class Soak:
    """One soak, all of whose chances follow from its seed."""

    stage: Stage
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)

    def trouble(self) -> None:
        """Order one fault or two at once, each for a few requests."""
        for _ in range(self.draw.choice((1, 2))):
            fault = dict(self.draw.choice(FAULTS))
            fault |= {"path": self.draw.choice(STEPS), "count": self.draw.randint(1, 4)}
            self.stage.control("POST", "/faults", fault)
            self.done["faults"] += 1

    def kill(self) -> None:
        """Kill the worker and start another."""
        self.stage.processes.children["worker"].kill()
        self.stage.processes.children["worker"].wait()
        self.stage.processes.start("worker", [*classbell_program(), "worker"])
        self.done["kills"] += 1

    def jump(self) -> None:
        """Let business time jump by up to ten minutes."""
        self.stage.advance(self.draw.randint(5, 600))
        self.done["jumps"] += 1

    def write(self) -> None:
        """Write to the learners of some session, as its admin."""
        rows = self.stage.rows("sessions", "list", "--catalog", "academy")
        coming = [row["code"] for row in rows if row["starts_at"] > self.stage.now().isoformat()]
        if coming:
            self.stage.command(
                *("sessions", "message", self.draw.choice(coming), "--catalog", "academy"),
                *("--subject", f"Notice {self.done['notices']}", "--text", "Please read."),
            )
            self.done["notices"] += 1

    def run(self, minutes: float) -> None:
        """Make trouble for so many minutes."""
        acts = [self.trouble] * 5 + [self.kill, self.jump, self.jump, self.write]
        ends = time.monotonic() + minutes * 60
        while time.monotonic() < ends:
            self.draw.choice(acts)()
            time.sleep(self.draw.uniform(0.2, 1.5))
            self._show(ends, minutes)
        self.stage.control("DELETE", "/faults")

    def _show(self, ends: float, minutes: float) -> None:
        share = 1 - max(0.0, ends - time.monotonic()) / (minutes * 60)
        print(f"\r{share:4.0%} {dict(self.done)}", end="", file=sys.stderr, flush=True)

    def rest(self) -> dict[str, int]:
        """Let time pass until nothing waits any more, reconnecting where that is needed.

        Returns:
            How many messages are in which state.
        """
        counted: dict[str, int] = {}
        for _ in range(400):
            page = self.stage.browser.open(f"{self.stage.places.base_url}{connecting.PANEL}")
            if page.button_exists("Reconnect"):
                connecting.sign_in_again(self.stage)
                self.done["reconnects"] += 1
            counted = {
                row["state"]: int(row["messages"]) for row in self.stage.rows("deliveries", "sums")
            }
            if not OPEN & {state for state, number in counted.items() if number}:
                return counted
            self.stage.advance(60)
            time.sleep(0.3)
        raise AssertionError(f"It never comes to rest: {counted}")

    def check(self, counted: dict[str, int]) -> None:
        """Compare the ledger with what the sandbox received."""
        rows = self.stage.rows("deliveries", "list", "--limit", "100000")
        assert len(rows) == sum(counted.values()), "the sums do not add up"
        arrived = Counter(
            header["value"]
            for mail in self.stage.received()
            for header in mail["headers"]
            if header["name"] == MESSAGE_HEADER
        )
        single = {str(row["id"]): row["state"] for row in rows if row["kind"] != "session_message"}
        taken = {key for key, state in single.items() if state in {"accepted", "delivered"}}
        missing = {key for key in taken if not arrived[key]}
        assert not missing, f"{len(missing)} are called accepted and never arrived"
        resent = {str(row["id"]) for row in rows if int(row["attempts"]) > 1}
        doubled = {key for key, number in arrived.items() if number > 1} - resent
        assert not doubled, f"{len(doubled)} arrived twice without a second attempt"
        lost = {key for key, state in single.items() if state == "failed" and arrived[key]}
        assert not lost, f"{len(lost)} are called failed and arrived"


def main() -> int:
    """Soak once, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    words = parser.parse_args()
    configure_logging(level="warning")
    print(f"soak of {words.minutes:g} minutes, seed {words.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="classbell-soak-") as folder:
        places = Places(Path(folder), *free_ports(4))
        log = Path(folder) / "processes.log"
        with log.open("wb") as output:
            processes = Processes(settings_of(places) | PACE, output)
            with processes, HttpDoor() as door:
                soak = _begun(places, processes, door, words.seed)
                soak.run(words.minutes)
                counted = soak.rest()
                soak.check(counted)
    print(f"\nit held: {counted}; {dict(soak.done)}", flush=True)
    return 0


def _begun(places: Places, processes: Processes, door: HttpDoor, seed: int) -> Soak:
    """Start everything, connect the account and import the programme."""
    start_sandbox(processes, places)
    prepare(processes, with_seed=True)
    start_product(processes, places)
    stage = Stage(places, processes.environment, processes, door, Browser(door))
    stage.control("POST", "/limits", {"enabled": False})
    for step in (connecting.sign_in, connecting.panel_is_off, connecting.connect, connecting.save):
        step(stage)
    stage.command(
        *("import", "--catalog", "academy", "examples/courses.csv", "examples/enrolments.csv")
    )
    return Soak(stage, seed)


if __name__ == "__main__":
    sys.exit(main())
