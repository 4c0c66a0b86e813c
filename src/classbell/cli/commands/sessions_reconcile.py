"""``classbell sessions reconcile``: have events compared with their sessions, and made right."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import InvalidInput, NotFoundHere, ProviderFailure

if TYPE_CHECKING:
    from classbell.storage.models import Catalog, CourseSession

COLUMNS = ("catalog", "code", "would", "parts")


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = acts.add_parser(
        "reconcile", help="have sessions compared with their events in Outlook, and made right"
    )
    parser.add_argument("--catalog", help="slug of the catalog; all catalogs without it")
    parser.add_argument("--session", help="code of one session of the catalog")
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would be done, by reading Outlook"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run_reconcile)


def run_reconcile(arguments: argparse.Namespace) -> int:
    """Ask the workers to look at sessions, or say what they would do.

    Returns:
        0; 1 where a dry run could not read a calendar.
    """
    start_django()
    if arguments.session and not arguments.catalog:
        raise InvalidInput(
            "A session's code means something only within its catalog.",
            field="catalog",
            remedy="Name the catalog as well: --catalog SLUG",
        )
    return _previewed(arguments) if arguments.dry_run else _requested(arguments)


def _requested(arguments: argparse.Namespace) -> int:
    """Put the sessions into their accounts' lanes."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.scheduling.request import request_again  # noqa: PLC0415 -- the same

    asked = {
        catalog.slug: request_again(bootstrap.ports(), catalog, sessions, OPERATOR)
        for catalog, sessions in _chosen(arguments)
    }
    if arguments.json:
        print(as_json([{"catalog": slug, "requested": count} for slug, count in asked.items()]))
    else:
        print(f"Sessions that the workers look at now: {sum(asked.values())}")
    return 0


def _previewed(arguments: argparse.Namespace) -> int:
    """Say for each session what would be done."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.scheduling.preview import preview  # noqa: PLC0415 -- the same

    rows: list[dict[str, str]] = []
    failed = False
    for catalog, sessions in _chosen(arguments):
        for session in sessions:
            row = {"catalog": catalog.slug, "code": session.code}
            try:
                found = preview(bootstrap.ports(), session)
            except ProviderFailure as failure:
                failed = True
                code = failure.verdict.code or failure.verdict.kind.value
                rows.append({**row, "would": "unknown", "parts": code})
            else:
                rows.append({**row, "would": found.act.value, "parts": ", ".join(found.parts)})
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 1 if failed else 0


def _chosen(arguments: argparse.Namespace) -> list[tuple[Catalog, list[CourseSession]]]:
    """Return the catalogs that were meant, each with its sessions to come."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    found = operator.sessions_to_reconcile(
        bootstrap.ports().clock.now(), slug=arguments.catalog, code=arguments.session
    )
    if arguments.catalog and not found:
        what = f"session {arguments.session}" if arguments.session else "session to come"
        raise NotFoundHere(
            f"There is no {what} in the catalog {arguments.catalog}.",
            remedy="See: classbell sessions list --catalog SLUG, classbell catalogs list",
        )
    return found
