"""The program as a shell starts it: completion, exit codes, JSON alone on standard output."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from classbell.cli.exit_codes import DONE, NOT_FOUND, NOT_SO, REFUSED
from classbell.cli.main import parser
from tests.architecture.test_docs import commands

PROGRAM = Path(sys.executable).parent / "classbell"
HERE = ("--catalog", "academy")

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


class Shell:
    """Runs the installed program on a database of its own."""

    def __init__(self, database: str) -> None:
        self.environment = {
            **os.environ,
            "CLASSBELL_DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
            "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
        }

    def run(
        self, *words: str, said: str = "", errors: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["classbell", *words],
            env=self.environment,
            input=said,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )

    def told(self, *words: str, code: int = DONE) -> object:
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def offered(self, line: str) -> list[str]:
        """Return what bash offers after Tab at the end of a line."""
        script = (
            'eval "$(classbell completion bash)"; COMP_LINE=$1; COMP_POINT=${#1}; COMP_TYPE=9; '
            "compopt() { :; }; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
            '_python_argcomplete classbell; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "-c", script, "bash", line],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return [word.strip() for word in done.stdout.splitlines() if word.strip()]


@pytest.fixture
def shell(store_url: str) -> Shell:
    return Shell(store_url)


@pytest.mark.slow
@pytest.mark.store
def test_a_programme_is_driven_by_a_script(shell: Shell) -> None:
    assert shell.run("migrate", "--showcase").returncode == DONE
    shell.told("courses", "add", "FA", *HERE, "--title", "First aid")
    session = (
        *("sessions", "add", "FA-1", *HERE, "--course", "FA", "--title", "First aid"),
        *("--starts", "2027-03-02T09:00", "--ends", "2027-03-02T12:00"),
        *("--time-zone", "Europe/Copenhagen"),
    )
    shell.told(*session)
    assert shell.run(*session).returncode == REFUSED
    enrol = ("enrolments", "add", *HERE, "--session", "FA-1")
    done = shell.run(*enrol, "--file", "-", "--json", said="ana@contoso.example\n")
    assert json.loads(done.stdout) == {"enrolled": 1, "already": 0, "waiting": 0}
    sent = shell.told("notifications", "list", *HERE, "--kind", "enrolment_confirmed")
    assert isinstance(sent, list)
    which = ("notifications", "follow", sent[0]["id"], *HERE, "--seconds", "0")

    piped = shell.run(*which)
    assert (piped.returncode, piped.stderr) == (NOT_SO, ""), "no worker runs, and nobody watches"
    watcher, terminal = pty.openpty()
    watched = shell.run(*which, errors=terminal)
    os.close(terminal)
    assert "0/1" in os.read(watcher, 4096).decode()
    os.close(watcher)
    assert watched.stdout == piped.stdout, "the bar is for the terminal alone"

    missing = shell.run("courses", "show", "NONE", *HERE, "--json")
    assert (missing.returncode, missing.stdout) == (NOT_FOUND, "")
    if shutil.which("bash"):
        for act in ("courses list", "tokens list", "import", "connections pace"):
            assert shell.offered(f"classbell {act} --catalog ac") == ["academy"]


@pytest.mark.slow
@needs_bash
def test_bash_completes_commands_acts_and_options_before_anything_is_set_up(
    shell: Shell,
) -> None:
    assert shell.offered("classbell enr") == ["enrolments"]
    assert shell.offered("classbell sessions pub") == ["publish"]
    assert shell.offered("classbell courses list --cat") == ["--catalog"]
    assert shell.offered("classbell courses list --catalog ac") == []


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_gets_lines_that_it_can_read(shell: Shell, name: str) -> None:
    done = shell.run("completion", name)
    assert (done.returncode, done.stderr) == (DONE, "")
    assert "classbell" in done.stdout
    if shutil.which(name):
        read = subprocess.run(
            [name, "-n"], input=done.stdout, capture_output=True, text=True, check=False
        )
        assert (read.returncode, read.stderr) == (0, "")


def test_the_program_starts_without_what_only_some_commands_need(shell: Shell) -> None:
    """Scripts start it a thousand times; Django alone takes longer than all of its parser."""
    script = (
        "import sys; from classbell.cli.main import parser; parser(); "
        "print(sorted({'argcomplete', 'django', 'msal', 'ninja', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


WITHOUT_JSON = {
    "audit chain",
    "audit export",  # has formats of its own
    "completion",
    "demo",
    "deliveries export",  # CSV
    "keys new",  # one line, for a settings file
    "keys rotate",
    "migrate",
    "organisations acs activate",
    "organisations acs deactivate",
    "people export",  # always JSON
    "probe",  # writes a transcript instead
    "restore",  # by hand, and says what to do next
    "run",
    "serve",
    "worker",
}
"""What has nothing to say to programs beyond its exit code, or says it in another form."""


def test_every_command_that_answers_writes_json() -> None:
    found = {
        name.removeprefix("classbell "): "--json" in options
        for name, options in commands(parser(), "classbell")
    }
    assert {name for name, has_json in found.items() if not has_json} == WITHOUT_JSON
