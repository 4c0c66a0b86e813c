"""``classbell run``: the whole product in one terminal, with or without the sandbox."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from classbell.cli.commands.serve import Commands
from classbell.cli.processes import Processes
from classbell.cli.showcase import (
    MAI,
    PASSWORD,
    SERVICE_ACCOUNT,
    Places,
    classbell_program,
    sandbox_program,
    settings_of,
)

WELCOME = """
Classbell is running.

  Admin Center   {base_url}
                 sign in as {person} with the password {password}
  Microsoft 365  {sandbox_url}  (the sandbox: mailboxes, calendars, rooms, people)
                 the account to connect is {account}, same password

  Fill the catalog from another terminal:
    {command} --settings {settings} import --catalog academy \\
        examples/courses.csv examples/enrolments.csv

Ctrl-C stops everything; make run goes on from here, make reset starts anew.
"""


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("run", help="start web and worker together, and end them together")
    parser.add_argument(
        "--with-sandbox", action="store_true", help="also start the Microsoft 365 sandbox, seeded"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("var"), help="where the sandbox's showcase is kept"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Start everything, say where to go, and stop everything on Ctrl-C or a broken child."""
    places = Places(arguments.folder)
    environment = dict(os.environ)
    if arguments.with_sandbox:
        places.folder.mkdir(parents=True, exist_ok=True)
        environment |= settings_of(places)
    stopped = _on_signals()
    with Processes(environment) as children:
        if arguments.with_sandbox:
            start_sandbox(children, places)
        prepare(environment, with_seed=arguments.with_sandbox)
        start_product(children, places)
        if arguments.with_sandbox:
            _welcome(places)
        ended = children.watch(stopped)
    if ended:
        print(f"{ended} ended by itself; everything was stopped.")
        return 1
    print("Everything is stopped.")
    return 0


def start_sandbox(children: Processes, places: Places) -> None:
    """Start Microsoft 365 in a box and wait until it listens."""
    children.start("sandbox", [*sandbox_program(), "serve", *places.sandbox_words])
    children.wait_for_port("sandbox", "127.0.0.1", places.http_port)
    children.wait_for_port("sandbox", "127.0.0.1", places.https_port)


def prepare(environment: Mapping[str, str], *, with_seed: bool) -> None:
    """Bring the tables up to date and, for the showcase, make its organisations."""
    words = [*classbell_program(), "migrate", *(["--showcase"] if with_seed else [])]
    subprocess.run(words, env=dict(environment), check=True, stdout=subprocess.DEVNULL)


def start_product(children: Processes, places: Places) -> None:
    """Start web and worker and wait until the pages are served."""
    children.start("worker", [*classbell_program(), "worker"])
    children.start("web", [*classbell_program(), "serve", "--port", str(places.web_port)])
    children.wait_for_port("web", "127.0.0.1", places.web_port)


def _on_signals() -> threading.Event:
    """Return an event that Ctrl-C and a polite kill set."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    return stopped


def _welcome(places: Places) -> None:
    """Say where to go and as whom."""
    print(
        WELCOME.format(
            base_url=places.base_url,
            sandbox_url=places.sandbox_url,
            person=MAI.address,
            password=PASSWORD,
            account=SERVICE_ACCOUNT,
            command=".venv/bin/classbell",
            settings=places.settings_file,
        ),
        flush=True,
    )
