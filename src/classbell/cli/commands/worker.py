"""``classbell worker``: takes lanes and does their work until it is stopped."""

from __future__ import annotations

import argparse
from importlib import import_module

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("worker", help="send messages and keep calendars")
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Run the worker in this process.

    Doors do not know each other, so it is started by its dotted name.
    """
    start_django()
    import_module("classbell.worker.main").run()
    return 0
