"""The whole product under random trouble: `python -m tests.torture.soak --minutes 10 --seed N`.

A showcase runs as `make demo` runs it. For so many minutes the sandbox refuses, throttles, hangs
up and lies about what happened, one or two faults at a time; workers are killed and start again;
business time jumps; admins write to learners; sessions are moved and cancelled, and a webhook's
receiver refuses. Then the trouble ends, and `compare` counts everything.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.databases import databases
from classbell.cli.commands.run import prepare, start_product, start_sandbox
from classbell.cli.demo import connecting
from classbell.cli.demo.browser import Browser
from classbell.cli.demo.stage import Stage
from classbell.cli.processes import Processes, free_ports
from classbell.cli.showcase import Places, classbell_program, settings_of
from classbell.network.http import HttpDoor
from classbell.network.logs import configure_logging
from tests.receiver import a_receiver
from tests.torture.compare import Hooks, calendar_differences, check_mail

SETTINGS = {
    "CLASSBELL_MESSAGES_PER_MINUTE": "600",
    "CLASSBELL_HELD_DECISION_MESSAGES": "100000",
    "CLASSBELL_WEBHOOK_PRIVATE_ADDRESSES": "127.0.0.1/32",
}
FAR = timedelta(days=5)
"""Sessions as far ahead as this are changed: business time does not come to them in a soak."""
MOST_CANCELLED = 20
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
    hooks: Hooks
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    notices: dict[str, str] = field(default_factory=dict)

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

    def refuse(self) -> None:
        """Let the receiver of webhooks refuse what comes next."""
        self.hooks.receiver.statuses[:0] = [self.draw.choice((500, 503, 429))]
        self.done["refusals"] += 1

    def write(self) -> None:
        """Write to the learners of some session, as its admin."""
        session = self._some_session(timedelta(0))
        if session is not None:
            subject = f"Notice {self.done['notices']}"
            said = self.stage.command(
                *("sessions", "message", session["code"], "--catalog", "academy"),
                *("--subject", subject, "--text", "Please read.", "--json"),
            )
            self.notices[json.loads(said)["id"]] = subject
            self.done["notices"] += 1

    def move(self) -> None:
        """Move some session by an hour or more."""
        session = self._some_session(FAR)
        if session is not None:
            by = timedelta(hours=self.draw.randint(1, 5))
            words = []
            for name in ("starts", "ends"):
                moved = datetime.fromisoformat(session[name]) + by
                words += [f"--{name}", moved.isoformat(timespec="minutes")]
            self.stage.command(
                "sessions", "change", session["code"], "--catalog", "academy", *words
            )
            self.done["moves"] += 1

    def cancel(self) -> None:
        """Cancel some session, of which there are many."""
        session = self._some_session(FAR)
        if session is not None and self.done["cancelled"] < MOST_CANCELLED:
            self.stage.command("sessions", "cancel", session["code"], "--catalog", "academy")
            self.done["cancelled"] += 1

    def _some_session(self, ahead: timedelta) -> dict[str, str] | None:
        """Draw a session that takes place and begins later than so far ahead."""
        after = self.stage.now() + ahead
        rows = self.stage.rows("sessions", "list", "--catalog", "academy")
        coming = [
            row
            for row in rows
            if datetime.fromisoformat(row["starts_at"]) > after and not row["cancelled_at"]
        ]
        return self.draw.choice(coming) if coming else None

    def run(self, minutes: float) -> None:
        """Make trouble for so many minutes."""
        acts = [self.trouble] * 6 + [self.jump] * 2
        acts += [self.kill, self.write, self.refuse, self.move, self.cancel]
        ends = time.monotonic() + minutes * 60
        while time.monotonic() < ends:
            self.draw.choice(acts)()
            self.hooks.verify()
            time.sleep(self.draw.uniform(0.2, 1.5))
            self._show(ends, minutes)
        self.stage.control("DELETE", "/faults")
        del self.hooks.receiver.statuses[:-1]

    def _show(self, ends: float, minutes: float) -> None:
        share = 1 - max(0.0, ends - time.monotonic()) / (minutes * 60)
        print(f"\r{share:4.0%} {dict(self.done)}", end="", file=sys.stderr, flush=True)

    def rest(self) -> dict[str, int]:
        """Let time pass until nothing waits any more, reconnecting where that is needed.

        Returns:
            How many messages are in which state.
        """
        counted: dict[str, int] = {}
        wrong: list[str] = []
        for _ in range(400):
            page = self.stage.browser.open(f"{self.stage.places.base_url}{connecting.PANEL}")
            if page.button_exists("Reconnect"):
                connecting.sign_in_again(self.stage)
                self.done["reconnects"] += 1
            counted = {
                row["state"]: int(row["messages"])
                for row in self.stage.rows("deliveries", "sums")
                if row["messages"] != "0"
            }
            if not OPEN & set(counted):
                wrong = calendar_differences(self.stage) or self.hooks.missing(self.stage)
                if not wrong:
                    return counted
            self.hooks.verify()
            self.stage.advance(60)
            time.sleep(0.3)
        raise AssertionError(f"It never comes to rest: {counted} {wrong}")

    def check(self, counted: dict[str, int]) -> None:
        """Compare the mail; calendar and webhooks were compared when all came to rest."""
        rows = self.stage.rows("deliveries", "list", "--limit", "100000")
        assert len(rows) == sum(counted.values()), "the sums do not add up"
        check_mail(rows, self.stage.received(), self.notices)
        self.done["events"] = len(self.hooks.events)
        for row in rows:
            if row["state"] not in {"accepted", "unknown"}:
                self.done[f"{row['state']}: {row['reason_code']}"] += 1


def main() -> int:
    """Soak once, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    words = parser.parse_args()
    configure_logging(level="warning")
    print(f"soak of {words.minutes:g} minutes on {words.store}, seed {words.seed}", flush=True)
    with (
        databases(words.store, 1) as [address],
        tempfile.TemporaryDirectory(prefix="classbell-soak-") as folder,
    ):
        places = Places(Path(folder), *free_ports(4))
        log = Path(folder) / "processes.log"
        with log.open("wb") as output:
            store = {"CLASSBELL_DATABASE_URL": address}
            processes = Processes(settings_of(places) | SETTINGS | store, output)
            with processes, HttpDoor() as door, a_receiver() as receiver:
                stage = begun(places, processes, door)
                soak = Soak(stage, Hooks.of(stage, receiver), words.seed)
                programme = ("examples/courses.csv", "examples/enrolments.csv")
                stage.command("import", "--catalog", "academy", *programme)
                soak.run(words.minutes)
                counted = soak.rest()
                soak.check(counted)
    print(f"\nit held: {counted}; {dict(soak.done)}", flush=True)
    return 0


def begun(places: Places, processes: Processes, door: HttpDoor) -> Stage:
    """Start everything and connect the account."""
    start_sandbox(processes, places)
    prepare(processes, with_seed=True)
    start_product(processes, places)
    stage = Stage(places, processes.environment, processes, door, Browser(door))
    stage.control("POST", "/limits", {"enabled": False})
    for step in (connecting.sign_in, connecting.panel_is_off, connecting.connect, connecting.save):
        step(stage)
    return stage


if __name__ == "__main__":
    sys.exit(main())
