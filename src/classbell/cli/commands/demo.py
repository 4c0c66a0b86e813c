"""``classbell demo``: the help article from end to end, headless, each step checked."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from classbell.cli.commands.run import prepare, start_product, start_sandbox
from classbell.cli.commands.serve import Commands
from classbell.cli.demo import connecting, drill, log, working
from classbell.cli.demo.browser import Browser, DoesNotHold
from classbell.cli.demo.stage import Stage
from classbell.cli.processes import Processes, free_ports, leave_as_by_interrupt
from classbell.cli.showcase import Places, settings_of
from classbell.network.http import HttpDoor
from classbell.network.messages import NetworkFailure
from classbell.ports.errors import ConfigurationFault

Step = Callable[[Stage], str]

STEPS = (
    connecting.sign_in,
    connecting.stranger_sees_nothing,
    connecting.panel_is_off,
    connecting.connect,
    connecting.save,
    working.import_programme,
    working.mail_at_the_pace,
    working.rooms_and_meetings,
    working.invitation_in_the_calendar,
    working.lose_the_connection,
    connecting.reconnect,
    working.disconnect,
    log.the_log_is_clean,
)
DRILL = (
    connecting.sign_in,
    connecting.panel_is_off,
    connecting.connect,
    connecting.save,
    drill.import_much,
    drill.take_a_backup,
    drill.go_on_and_lose_everything,
    drill.put_the_backup_back,
    drill.go_on_without_reconnecting,
    drill.decide,
    drill.change_the_keys,
    drill.the_doctor_agrees,
    log.the_log_is_clean,
)
"""Losing the database and changing the keys, with a backup as the only help."""

PACE_SETTINGS = (
    "CLASSBELL_MESSAGES_PER_MINUTE",
    "CLASSBELL_RECIPIENTS_PER_DAY",
    "CLASSBELL_RECIPIENTS_RESERVE",
    "CLASSBELL_REQUESTS_IN_FLIGHT",
)


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("demo", help="walk the story headless and check every step")
    parser.add_argument(
        "--examples", type=Path, default=Path("examples"), help="folder of the programme to import"
    )
    parser.add_argument("--log", type=Path, help="keep what the processes print in this file")
    parser.add_argument(
        "--drill",
        action="store_true",
        help="instead lose the database, restore a backup and change the keys",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Set up a showcase of its own, walk the story, and take everything down again."""
    if not (arguments.examples / "courses.csv").is_file():
        raise ConfigurationFault(
            f"There is no courses.csv in {arguments.examples}.",
            remedy="Run it from the project's folder, or name the folder with --examples.",
        )
    begun = time.monotonic()
    leave_as_by_interrupt()
    with tempfile.TemporaryDirectory(prefix="classbell-demo-") as folder:
        kept = arguments.log or Path(folder) / "processes.log"
        with kept.open("wb") as output:
            steps = DRILL if arguments.drill else STEPS
            code = _walk(Path(folder), arguments.examples.absolute(), Processes({}, output), steps)
        if code:
            print(f"\nThe last lines of the processes:\n{_tail(kept)}")
    print(
        f"\n{'Every step held' if code == 0 else 'It did not hold'}: "
        f"{time.monotonic() - begun:.1f} s, no process is left."
    )
    return code


def _walk(folder: Path, examples: Path, processes: Processes, steps: Sequence[Step]) -> int:
    """Start everything and walk the steps; 1 at the first that does not hold."""
    places = Places(folder, *free_ports(4))
    kept = {name: value for name, value in os.environ.items() if name not in PACE_SETTINGS}
    # Everything that could be logged is, for the last step looks at it.
    loud = {"CLASSBELL_LOG_LEVEL": "debug"}
    processes.environment = environment = kept | settings_of(places) | loud
    with processes, HttpDoor() as door:
        start_sandbox(processes, places)
        prepare(processes, with_seed=True)
        start_product(processes, places)
        stage = Stage(places, environment, processes, door, Browser(door), {"examples": examples})
        return 0 if all(_holds(stage, *each) for each in enumerate(steps, start=1)) else 1


def _holds(stage: Stage, number: int, step: Step) -> bool:
    """Walk one step, and say what was checked or what did not hold."""
    title, begun = (step.__doc__ or "").strip(), time.monotonic()
    try:
        said, held = step(stage), True
    except (DoesNotHold, NetworkFailure) as problem:
        said, held = str(problem), False
    if ended := stage.processes.ended():
        said, held = f"{ended} ended by itself. {said}", False
    seconds = time.monotonic() - begun
    verdict = "ok  " if held else "FAIL"
    print(f"{number:2}. {verdict}  {title}\n          {said} ({seconds:.1f} s)", flush=True)
    return held


def _tail(log: Path, lines: int = 30) -> str:
    """Return the end of the processes' output."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
