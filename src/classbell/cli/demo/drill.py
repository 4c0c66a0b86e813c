"""The drill: a backup, more mail, the database lost, and everything that must hold afterwards."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from functools import partial
from pathlib import Path

from classbell.cli.commands.run import start_product
from classbell.cli.demo.stage import Stage, hold, until
from classbell.cli.demo.working import arrived, enrol_late, key, sums
from classbell.cli.showcase import classbell_program

MINUTE_SECONDS = 61
WORKER_AND_WEB = ("web", "worker")
UNSETTLED = ("queued", "sending")
KEYS = "CLASSBELL_ENCRYPTION_KEYS"


def import_much(stage: Stage) -> str:
    """Import a programme whose mail takes longer than a minute at the pace of a mailbox."""
    examples: Path = stage.notes["examples"]
    files = (str(examples / "courses.csv"), str(examples / "enrolments.csv"))
    stage.command("import", "--catalog", "academy", *files)
    until("the first mails", lambda: len(arrived(stage)) > 1)
    rows = stage.rows("sessions", "list", "--catalog", "academy")
    stage.notes["sessions"] = rows
    return f"{len(rows)} sessions, {sum(sums(stage).values())} messages so far"


def take_a_backup(stage: Stage) -> str:
    """Back up while mail is being sent."""
    file = stage.places.folder / "backup.tgz"
    hold(sums(stage).get("queued"), "Nothing is left to be sent.")
    stage.command("backup", str(file))
    stage.notes["backup"] = file
    hold(file.stat().st_mode & 0o077 == 0, "Others can read the backup.")
    secret = stage.environment[KEYS].partition(":")[2].encode()
    hold(secret not in file.read_bytes(), "The key is in the backup.")
    return f"{file.stat().st_size // 1024} kB, {sums(stage).get('queued')} messages still queued"


def go_on_and_lose_everything(stage: Stage) -> str:
    """Send for minutes after the backup, then lose the database with all it knows."""
    before = len(arrived(stage))
    for _ in range(2):
        seen = len(arrived(stage))
        stage.advance(MINUTE_SECONDS)
        until("mail of another minute", partial(_more_than, stage, seen + 5))
    for name in WORKER_AND_WEB:
        stage.processes.stop_one(name)
    for file in stage.places.folder.glob("classbell.sqlite3*"):
        file.unlink()
    stage.notes["arrived"] = len(stage.received())
    return f"{len(arrived(stage)) - before} mails left after the backup; the database is gone"


def put_the_backup_back(stage: Stage) -> str:
    """Restore; all that may have left waits, and a second restore is refused."""
    said = stage.command("restore", str(stage.notes["backup"]))
    hold("opens" in said, f"No secret opens: {said}")
    again = subprocess.run(
        [*classbell_program(), "restore", str(stage.notes["backup"])],
        env=dict(stage.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    hold("is there already" in again.stderr, "A database that is there was written over.")
    counted = sums(stage)
    waiting = [state for state in UNSETTLED if counted.get(state)]
    hold(not waiting, f"Something would be sent by itself: {counted}")
    hold(counted.get("held"), f"Nothing is held: {counted}")
    return f"{counted.get('held')} held, {counted.get('unknown', 0)} in doubt, none queued"


def go_on_without_reconnecting(stage: Stage) -> str:
    """Start again; tokens open, new mail goes out, and nothing old leaves for an hour."""
    start_product(stage.processes, stage.places)
    address = enrol_late(stage, "after.restore@partner.example")
    stage.advance(MINUTE_SECONDS)
    until("mail of a change made after the restore", lambda: stage.received(address))
    for _ in range(12):
        stage.advance(300)
        nobody_twice(stage)
    until("the ledger to be still", lambda: not set(UNSETTLED) & set(sums(stage)))
    nobody_twice(stage)
    return f"{address} was written to as the same account; nobody has anything twice"


def decide(stage: Stage) -> str:
    """The operator decides about what was held; discarded, it is never sent."""
    rows = stage.rows("deliveries", "held")
    waiting = sum(int(row["to decide"]) for row in rows)
    hold(waiting, "Nothing waits for a decision.")
    said = stage.command("deliveries", "held", "--catalog", "academy", "--discard")
    stage.advance(MINUTE_SECONDS)
    nobody_twice(stage)
    return said.strip()


def change_the_keys(stage: Stage) -> str:
    """Set a new key before the old, seal anew while everything runs, take the old one away."""
    environment = dict(stage.environment)
    old = environment[KEYS]
    new = stage.command("keys", "new", "--id", "k2").strip()
    _restart(stage, environment | {KEYS: f"{new},{old}"})
    said = stage.command("keys", "rotate")
    hold("can be removed" in said, f"The old key is still needed: {said}")
    _restart(stage, environment | {KEYS: new})
    address = enrol_late(stage, "after.rotation@partner.example")
    stage.advance(MINUTE_SECONDS)
    until("mail sealed by the new key alone", lambda: stage.received(address))
    nobody_twice(stage)
    return f"{said.splitlines()[0]} The old key is gone, and {address} has mail"


def the_doctor_agrees(stage: Stage) -> str:
    """The doctor finds every secret open and the worker alive."""
    done = subprocess.run(
        [*classbell_program(), "doctor", "--json"],
        env=dict(stage.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    found = {one["check"]: one for one in json.loads(done.stdout)["findings"]}
    for name in ("database", "keys", "worker", "restore", "credential", "graph"):
        hold(found[name]["outcome"] == "ok", f"{name}: {found[name]['what']}")
    return f"{found['keys']['what']}; {found['worker']['what']}; {found['restore']['what']}"


def nobody_twice(stage: Stage) -> None:
    """Hold that nobody has the same mail twice, the calendar's included."""
    doubled = [who for who, count in Counter(map(key, stage.received())).items() if count > 1]
    told = [who for who in doubled if not who[1].startswith("Mail is waiting")]
    hold(not told, f"Somebody got a mail twice: {told[:3]}")


def _more_than(stage: Stage, count: int) -> bool:
    return len(arrived(stage)) > count


def _restart(stage: Stage, environment: dict[str, str]) -> None:
    """Start web and worker again with other settings."""
    for name in WORKER_AND_WEB:
        stage.processes.stop_one(name)
    stage.processes.environment = stage.environment = environment
    start_product(stage.processes, stage.places)
