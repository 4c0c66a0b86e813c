"""``classbell keys``: makes keys for secrets at rest, and changes them without a stop."""

from __future__ import annotations

import argparse
import sys

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import progress_bar


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("keys", help="make and change keys for secrets at rest")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser("new", help="print a fresh entry for CLASSBELL_ENCRYPTION_KEYS")
    new.add_argument("--id", default="k1", help="name of the key, such as the year")
    new.set_defaults(run=run_new)
    rotate = acts.add_parser("rotate", help="seal all secrets anew with the current key")
    rotate.set_defaults(run=run_rotate)


def run_new(arguments: argparse.Namespace) -> int:
    """Print ``id:base64``; put it first in the variable to make it the current key."""
    from classbell.storage.encryption import new_key  # noqa: PLC0415 -- only this act needs it

    print(new_key(arguments.id))
    return 0


def run_rotate(_arguments: argparse.Namespace) -> int:
    """Seal all secrets anew and say which keys are still in use; 1 where some do not open."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.rotation import rotate_keys  # noqa: PLC0415 -- the same

    ports = bootstrap.ports()
    result = rotate_keys(ports, progress_bar(sys.stderr))
    print(f"Sealed anew: {result.sealed_anew}.")
    for name, count in sorted(result.by_key.items()):
        print(f"Key {name} opens {count}.")
    for line in result.unreadable:
        print(f"Does not open: {line}", file=sys.stderr)
    if not result.unreadable and len(result.by_key) <= 1:
        print("The keys after the first in CLASSBELL_ENCRYPTION_KEYS can be removed.")
    return 1 if result.unreadable else 0
