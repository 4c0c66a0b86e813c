"""``classbell deliveries held``: mail that waits for a decision, such as after a restore."""

from __future__ import annotations

import argparse

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import NotFoundHere

COLUMNS = ("catalog", "to decide", "waiting", "why")
OWN = "-"
"""Stands for the mail of no catalog: alerts, and links to sign in with."""


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the act to the command."""
    parser = acts.add_parser("held", help="see or decide about mail that waits for a decision")
    parser.add_argument("--catalog", help=f"slug of one catalog; {OWN} for mail of no catalog")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument("--send", action="store_true", help="let it go, all of that catalog")
    decision.add_argument("--discard", action="store_true", help="give it up, all of that catalog")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List what waits for a decision, or decide."""
    start_django()
    if arguments.send or arguments.discard:
        return _decide(arguments.catalog or "", send=arguments.send)
    rows = _rows(arguments.catalog)
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def _decide(slug: str, *, send: bool) -> int:
    """Send or discard, and say how many."""
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.backups.deciding import discard_own, release_own  # noqa: PLC0415 -- same
    from classbell.domain.connections.held_mail import (  # noqa: PLC0415 -- the same
        discard_held,
        release_held,
    )
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    ports = bootstrap.ports()
    if slug == OWN:
        count = release_own(ports) if send else discard_own(ports)
    else:
        catalog = operator.catalog_named(slug)
        if catalog is None:
            raise NotFoundHere(
                f"There is no catalog «{slug}».", remedy="Name one of classbell deliveries held."
            )
        act = release_held if send else discard_held
        count = act(ports, catalog=catalog, actor=OPERATOR)
    print(f"{count} messages {'go out now' if send else 'are given up'}.")
    return 0


def _rows(slug: str | None) -> list[dict[str, str]]:
    """Return what waits, a row for each catalog that has any."""
    from classbell import bootstrap  # noqa: PLC0415 -- see _decide
    from classbell.domain.backups.deciding import own_mail  # noqa: PLC0415 -- the same
    from classbell.domain.connections.held_mail import held_summary  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    rows = []
    for catalog in operator.catalogs_of(None):
        if slug not in {None, catalog.slug}:
            continue
        held = held_summary(bootstrap.ports(), catalog)
        if held.to_decide or held.waiting:
            rows.append(_row(catalog.slug, held.to_decide, held.waiting, " ".join(held.reasons)))
    own = own_mail()
    if slug in {None, OWN} and (first := own.first()) is not None:
        rows.append(_row(OWN, own.count(), 0, first.reason))
    return rows


def _row(slug: str, to_decide: int, waiting: int, why: str) -> dict[str, str]:
    values = (slug, str(to_decide), str(waiting), why)
    return dict(zip(COLUMNS, values, strict=True))
