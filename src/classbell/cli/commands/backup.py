"""``classbell backup``: writes a copy of the database that can be kept elsewhere."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("backup", help="copy the database while it is in use")
    parser.add_argument("file", type=Path, help="where to; must not exist yet")
    parser.add_argument("--json", action="store_true", help="print the manifest, for programs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the backup and say what is needed to use it."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.backups.taking import take_backup  # noqa: PLC0415 -- the same

    url = bootstrap.settings().listen_url
    manifest = take_backup(bootstrap.ports(), arguments.file, url=url)
    if arguments.json:
        print(as_json(asdict(manifest)))
        return 0
    print(
        f"{arguments.file}: {sum(manifest.counts.values())} rows, as of {manifest.taken_at:%c} UTC."
    )
    print(f"It needs the keys {', '.join(manifest.keys) or '(none)'}, which are not in it.")
    return 0
