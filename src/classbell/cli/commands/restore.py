"""``classbell restore``: puts a backup into an empty place, where nothing is sent twice."""

from __future__ import annotations

import argparse
from pathlib import Path

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("restore", help="put a backup back into an empty database")
    parser.add_argument("file", type=Path, help="as classbell backup has written it")
    parser.add_argument(
        "--finish", action="store_true", help="only end a restore that was interrupted"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore, and say what waits for a decision."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.backups.putting_back import finish, put_back  # noqa: PLC0415 -- the same
    from classbell.storage.backup_file import read_manifest  # noqa: PLC0415 -- the same

    ports = bootstrap.ports()
    with bootstrap.no_worker():
        if arguments.finish:
            done = finish(ports, read_manifest(arguments.file))
        else:
            done = put_back(ports, arguments.file, url=bootstrap.settings().listen_url)
    print(f"Restored as of {done.manifest.taken_at:%c} UTC; the database is up to date.")
    for name, count in sorted(done.keys.items()):
        print(f"Key {name} opens {count} secrets.")
    print(f"{done.held} messages may have been sent since and wait for a decision:")
    print("  classbell deliveries held")
    print(f"{done.in_doubt} messages were on the wire; they are asked for where that is possible.")
    return 0
