"""``classbell connections pace``: the figures that a catalog's mailbox is kept to."""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import InvalidInput, NotFoundHere

COLUMNS = ("figure", "value", "from", "setting")
FIGURE = re.compile(r"([a-z_]+)=([0-9]{1,10})")


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the act to the parser of connections."""
    pace = acts.add_parser("pace", help="see or set how fast a catalog's mailbox may send")
    pace.add_argument("--catalog", required=True, help="slug of the catalog")
    pace.add_argument(
        "--set", action="append", default=[], metavar="FIGURE=N", help="a figure of its own"
    )
    pace.add_argument(
        "--unset", action="append", default=[], metavar="FIGURE", help="as the settings say again"
    )
    pace.add_argument("--json", action="store_true", help="for programs")
    pace.set_defaults(run=run_pace)


def run_pace(arguments: argparse.Namespace) -> int:
    """Set figures where some are given, then print those in force and where they come from."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.lane_pace import (  # noqa: PLC0415 -- the same
        figures_of,
        set_figures,
    )
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same
    from classbell.storage.queries.connections import connection_of  # noqa: PLC0415 -- the same

    catalog = operator.catalog_named(arguments.catalog)
    account = connection_of(catalog).account if catalog is not None else None
    if account is None:
        raise NotFoundHere(
            f"No account is connected to a catalog «{arguments.catalog}».",
            meaning="Only a mailbox has figures of its own.",
            remedy="See classbell connections list.",
        )
    ports, configured = bootstrap.ports(), bootstrap.pace()
    changed = dict(_figure(one) for one in arguments.set)
    if changed or arguments.unset:
        unset = tuple(arguments.unset)
        set_figures(ports, account, configured, changed=changed, unset=unset, actor=OPERATOR)
    figures = figures_of(account, configured, ports.clock.now())
    if arguments.json:
        print(as_json({"account": account.address, "figures": [asdict(one) for one in figures]}))
        return 0
    print(f"{account.address}; 0 means that there is no limit.")
    rows = [
        dict(zip(COLUMNS, (f.name, str(f.value), f.source.value, str(f.setting)), strict=True))
        for f in figures
    ]
    print(table(COLUMNS, rows))
    return 0


def _figure(text: str) -> tuple[str, int]:
    """Read one figure, such as ``messages_per_minute=10``."""
    found = FIGURE.fullmatch(text)
    if found is None:
        raise InvalidInput(
            f"«{text}» sets no figure.",
            field="set",
            meaning="Nothing was changed.",
            remedy="Write it as messages_per_minute=10, with a whole number.",
        )
    return found[1], int(found[2])
