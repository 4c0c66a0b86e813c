"""``classbell catalogs``: adds and lists course catalogs."""

from __future__ import annotations

import argparse
from uuid import UUID

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import NotFoundHere


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("catalogs", help="add and list course catalogs")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="make a catalog")
    add.add_argument("--tenant", type=UUID, required=True, help="organisation it belongs to")
    add.add_argument("--title", required=True, help="name people read")
    add.add_argument("--slug", required=True, help="short name in addresses and on this line")
    add.add_argument("--language", default="en", help="language of its messages")
    add.add_argument("--time-zone", default="UTC", help="IANA time zone")
    add.set_defaults(run=run_add)
    show = acts.add_parser("list", help="list the catalogs")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=run_list)


def run_add(arguments: argparse.Namespace) -> int:
    """Make a catalog for an organisation."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.catalogs.catalogs import create_catalog  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    organisation = operator.organisation_of(arguments.tenant)
    if organisation is None:
        raise NotFoundHere(
            f"No organisation is bound to the tenant {arguments.tenant}.",
            remedy="See classbell organisations list, or add it first.",
        )
    catalog = create_catalog(
        bootstrap.ports(),
        organisation=organisation,
        title=arguments.title,
        slug=arguments.slug,
        language=arguments.language,
        time_zone=arguments.time_zone,
        actor=OPERATOR,
    )
    print(f"{catalog.title} is there: {bootstrap.settings().base_url}/catalogs/{catalog.slug}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List the catalogs with their organisation and account."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = []
    for catalog in operator.catalogs():
        connection = getattr(catalog, "connection", None)
        account = connection.account if connection else None
        rows.append(
            {
                "slug": catalog.slug,
                "title": catalog.title,
                "organisation": catalog.organisation.name,
                "account": account.address if account else "",
                "state": account.state if account else "not connected",
            }
        )
    columns = ("slug", "title", "organisation", "account", "state")
    print(as_json(rows) if arguments.json else table(columns, rows))
    return 0
