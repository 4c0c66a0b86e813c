"""``classbell probe``: tries every kind of call against the configured cloud."""

from __future__ import annotations

import argparse
import json
from importlib.resources import files
from pathlib import Path

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.ports.errors import InvalidInput, NotFoundHere


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("probe", help="try every kind of call as a connected account")
    parser.add_argument("--catalog", required=True, help="slug of the catalog whose account to use")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="write a transcript without anybody's data"
    )
    parser.add_argument(
        "--only-reading", action="store_true", help="write no entry and send no mail"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Try every kind of call and print what came of each; 1 where one failed."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.probe import probe  # noqa: PLC0415 -- the same
    from classbell.network.comparing import beside, summary  # noqa: PLC0415 -- beside its use
    from classbell.network.recording import Recorder, as_text  # noqa: PLC0415 -- the same
    from classbell.storage.models import Catalog  # noqa: PLC0415 -- needs Django's settings

    catalog = Catalog.objects.filter(slug=arguments.catalog).first()
    if catalog is None:
        raise NotFoundHere(f"There is no catalog «{arguments.catalog}».")
    connection = getattr(catalog, "connection", None)
    if connection is None or connection.account is None:
        raise InvalidInput("No account is connected to this catalog.", field="catalog")
    recorder = Recorder()
    ports = bootstrap.build(bootstrap.settings(), observe=recorder.note)
    failed = 0
    for step in probe(ports, connection.account, writing=not arguments.only_reading):
        failed += step.outcome != "ok"
        recorder.step_done(step.name)
        print(f"{step.name:<28} {step.outcome}")
    if arguments.record:
        compared = beside(recorder.exchanges, sandbox_transcript())
        arguments.record.write_text(as_text(compared), encoding="utf-8")
        print(f"{len(compared)} exchanges are in {arguments.record}, beside the sandbox's answers.")
        for line in summary(compared) or ["They differ in nothing that a client could notice."]:
            print(f"  {line}")
    return 1 if failed else 0


def sandbox_transcript() -> list[dict[str, object]]:
    """Return what the sandbox answers to the same calls; a test keeps it true."""
    file = files("classbell.cli") / "sandbox_transcript.json"
    read: list[dict[str, object]] = json.loads(file.read_text(encoding="utf-8"))
    return read
