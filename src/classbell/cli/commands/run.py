"""``classbell run``: the whole product in one terminal, with or without the sandbox."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from classbell.cli.commands.serve import Commands
from classbell.cli.processes import Processes, leave_as_by_interrupt, require_free
from classbell.cli.showcase import (
    BEGIN,
    BJOERN,
    KIRSTINE,
    LENA,
    MAI,
    PASSWORD,
    SERVICE_ACCOUNT,
    ZOE,
    Places,
    classbell_program,
    sandbox_program,
    settings_of,
)
from classbell.ports.errors import ConfigurationFault

WELCOME = """
Classbell is running.

  Admin Center   {base_url}
                 sign in as {person} with the password {password},
                 or as {lms_admin} (LMS admin), {course_admin} (course admin),
                 {instructor} (instructor) or {learner} (learner)
  Microsoft 365  {sandbox_url}  (the sandbox: mailboxes, calendars, rooms, people)
                 the account to connect is {account}, same password
                 its clock begins on 23 November 2026, just before the example programme

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
    parser.add_argument(
        "--add-to-ports",
        type=int,
        default=0,
        metavar="N",
        help="add N to each port, where other programs have the usual ones",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Start everything, say where to go, and stop everything on Ctrl-C or a broken child."""
    leave_as_by_interrupt()
    try:
        ended = _run(arguments)
    except KeyboardInterrupt:
        print("Everything is stopped.")
        return 0
    print(f"{ended} ended by itself; everything was stopped.")
    return 1


def _run(arguments: argparse.Namespace) -> str:
    """Run until a child ends by itself, and return its name."""
    places = Places(arguments.folder).with_ports_moved(arguments.add_to_ports)
    environment = dict(os.environ)
    if arguments.with_sandbox:
        require_free(places.ports)
        places.folder.mkdir(parents=True, exist_ok=True)
        environment |= settings_of(places)
        # Where to go should stay on the screen; a line for each page would push it away.
        environment.setdefault("CLASSBELL_LOG_LEVEL", "warning")
    with Processes(environment) as children:
        if arguments.with_sandbox:
            start_sandbox(children, places)
        prepare(children, with_seed=arguments.with_sandbox)
        start_product(children, places)
        if arguments.with_sandbox:
            _welcome(places)
        return children.watch()


def start_sandbox(children: Processes, places: Places) -> None:
    """Start Microsoft 365 in a box and wait until it listens."""
    words = [*sandbox_program(), "serve", *places.sandbox_words, "--begin", BEGIN]
    children.start("sandbox", words)
    children.wait_for_port("sandbox", places.http_port)
    children.wait_for_port("sandbox", places.https_port)


def prepare(children: Processes, *, with_seed: bool) -> None:
    """Bring the tables up to date and, for the showcase, make its organisations.

    Raises:
        ConfigurationFault: it did not work.
    """
    words = [*classbell_program(), "migrate", *(["--showcase"] if with_seed else [])]
    done = subprocess.run(
        words,
        env=dict(children.environment),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=children.output,
        start_new_session=True,  # so that Ctrl-C reaches it through us alone
    )
    if done.returncode != 0:
        raise ConfigurationFault(
            f"classbell migrate ended with exit code {done.returncode}.",
            meaning="The tables are not those of this version.",
            remedy="Its last lines say why.",
        )


def start_product(children: Processes, places: Places) -> None:
    """Start web and worker and wait until the pages are served."""
    children.start("worker", [*classbell_program(), "worker"])
    children.start("web", [*classbell_program(), "serve", "--port", str(places.web_port)])
    children.wait_for_port("web", places.web_port)


def _welcome(places: Places) -> None:
    """Say where to go and as whom."""
    print(
        WELCOME.format(
            base_url=places.base_url,
            sandbox_url=places.sandbox_url,
            person=MAI.address,
            lms_admin=LENA.address,
            course_admin=BJOERN.address,
            instructor=ZOE.address,
            learner=KIRSTINE.address,
            password=PASSWORD,
            account=SERVICE_ACCOUNT,
            # As it was started: from a clone, or wherever its wheel is installed.
            command=sys.argv[0] if Path(sys.argv[0]).name == "classbell" else "classbell",
            settings=places.settings_file,
        ),
        flush=True,
    )
