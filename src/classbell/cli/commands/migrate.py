"""``classbell migrate``: brings the database up to this version."""

from __future__ import annotations

import argparse

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django

WITHOUT_INDEX = (
    "People are found one by one, 0.1 s among 100,000: this database lacks the extension pg_trgm, "
    "and this user may not add it. An administrator of the database adds it with CREATE "
    "EXTENSION pg_trgm; then run migrate again. Everything else works."
)


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("migrate", help="create or update the tables")
    parser.add_argument(
        "--showcase",
        action="store_true",
        help="also make the organisations of the sandbox (never on a real installation)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Apply what is missing."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.storage.migrating import (  # noqa: PLC0415 -- the same
        bring_up_to_date,
        finds_people_fast,
    )

    path = bootstrap.settings().sqlite_path
    if path is not None:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
    bring_up_to_date()
    if not finds_people_fast():
        print(WITHOUT_INDEX)
    if arguments.showcase:
        from classbell.cli.seed import seed  # noqa: PLC0415 -- needs Django's settings

        seed(bootstrap.ports())
    print("The database is up to date.")
    return 0
