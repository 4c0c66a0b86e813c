"""``classbell audit``: who did what, when and from where."""

from __future__ import annotations

import argparse

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table

COLUMNS = ("at", "who", "action", "subject", "source")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("audit", help="see who did what")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list acts, newest first")
    show.add_argument("--catalog", help="slug of one catalog")
    show.add_argument("--limit", type=int, default=50, help="at most so many")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=run_list)


def run_list(arguments: argparse.Namespace) -> int:
    """List audit rows."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = [
        {
            "at": entry.at.isoformat(timespec="seconds"),
            "who": entry.actor_name,
            "action": entry.action,
            "subject": entry.subject,
            "source": entry.source,
        }
        for entry in operator.acts(slug=arguments.catalog or "")[: arguments.limit]
    ]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0
