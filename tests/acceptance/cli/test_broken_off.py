"""Commands that are broken off and given again, and Tab, in a terminal as a person has it."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from classbell.cli.exit_codes import DONE
from tests.acceptance.cli.test_program_and_shells import HERE, Shell, needs_bash

pytestmark = [pytest.mark.slow, pytest.mark.store]
PEOPLE = 4_000
ENROL = ("enrolments", "add", *HERE, "--session", "FA-1")
PATIENCE = 90.0


@pytest.fixture
def shell(store_url: str) -> Shell:
    """Give a catalog with a session, and commands on its store."""
    made = Shell(store_url)
    assert made.run("migrate", "--showcase").returncode == DONE
    made.told("courses", "add", "FA", *HERE, "--title", "First aid")
    session = ("sessions", "add", "FA-1", *HERE, "--course", "FA", "--title", "First aid")
    times = ("--starts", "2027-03-02T09:00", "--ends", "2027-03-02T12:00")
    made.told(*session, *times, "--time-zone", "Europe/Copenhagen")
    return made


def heard(terminal: int, enough: Callable[[str], bool]) -> str:
    """Return what a terminal shows, as soon as it is enough."""
    shown, deadline = "", time.monotonic() + PATIENCE
    while not enough(shown):
        assert time.monotonic() < deadline, f"waited in vain; it shows: {shown}"
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


def with_words(words: str) -> Callable[[str], bool]:
    return lambda shown: words in shown


def half_way(shown: str) -> bool:
    """Say whether the bar tells that enrolments are being written, and not all are."""
    counts = re.findall(rf"enrolments .*?(\d+)/{PEOPLE}", shown)
    return bool(counts) and 0 < int(counts[-1]) < PEOPLE


def test_who_is_killed_half_way_has_enrolled_nobody_and_then_everybody_once(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "people.txt"
    file.write_text("".join(f"learner.{number}@contoso.example\n" for number in range(PEOPLE)))
    watcher, terminal = pty.openpty()
    words = ["classbell", *ENROL, "--file", str(file)]
    broken = subprocess.Popen(words, env=shell.environment, stderr=terminal)
    try:
        heard(watcher, half_way)
    finally:
        broken.send_signal(signal.SIGKILL)
        broken.wait()
        os.close(terminal)
        os.close(watcher)
    listed = ("enrolments", "list", *HERE, "--session", "FA-1")
    assert shell.told(*listed) == []
    again = shell.told(*ENROL, "--file", str(file))
    assert again == {"enrolled": PEOPLE, "already": 0, "waiting": 0}
    once_more = shell.told(*ENROL, "--file", str(file))
    assert once_more == {"enrolled": 0, "already": PEOPLE, "waiting": 0}
    places = shell.told(*listed)
    assert isinstance(places, list)
    assert len({one["person"]["address"] for one in places}) == len(places) == PEOPLE
    told = shell.told("notifications", "list", *HERE, "--kind", "enrolment_confirmed")
    assert isinstance(told, list)
    assert [one["people"] for one in told] == [PEOPLE]


def test_commands_that_come_at_once_under_one_key_send_one_notification(shell: Shell) -> None:
    words = ["classbell", "notifications", "send", *HERE, "ana@contoso.example", "--json"]
    words += ["--subject", "News", "--text", "Cake.", "--idempotency-key", "cake-1"]
    started = [
        subprocess.Popen(words, env=shell.environment, stdout=subprocess.PIPE) for _ in range(3)
    ]
    said = [json.loads(one.communicate(timeout=PATIENCE)[0]) for one in started]
    assert [one.returncode for one in started] == [DONE] * 3
    assert len({one["id"] for one in said}) == 1
    listed = shell.told("notifications", "list", *HERE, "--kind", "people_message")
    assert listed == said[:1]


@needs_bash
def test_tab_completes_in_a_bash_that_somebody_types_into(shell: Shell) -> None:
    watcher, terminal = pty.openpty()
    bash = subprocess.Popen(
        [shutil.which("bash") or "bash", "--norc", "--noprofile", "-i"],
        env={**shell.environment, "PS1": "ready> ", "TERM": "dumb", "HISTFILE": "/dev/null"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    try:
        os.write(watcher, b'eval "$(classbell completion bash)"\n')
        heard(watcher, lambda shown: shown.count("ready> ") >= 2)
        for typed, completed in (
            ("classbell enr", "classbell enrolments "),
            ("list --cat", "list --catalog "),
            ("aca", "academy "),
            ("--sta", "--state "),
            ("wai", "waiting "),
        ):
            os.write(watcher, typed.encode() + b"\t")
            heard(watcher, with_words(completed))
        os.write(watcher, b"\x15exit\n")
        bash.wait(PATIENCE)
    finally:
        bash.kill()
        bash.wait()
        os.close(terminal)
        os.close(watcher)
