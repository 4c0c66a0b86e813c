"""``classbell catalogs``: course catalogs, seen, added and changed."""

from __future__ import annotations

import argparse
from uuid import UUID

from classbell.cli import shown
from classbell.cli.arguments import add_catalog, add_json
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, tell
from classbell.ports.errors import NotFoundHere

COLUMNS = ("slug", "title", "organisation", "account", "state")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("catalogs", help="see, add and change course catalogs")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="make a catalog")
    add.add_argument("--tenant", type=UUID, required=True, help="organisation it belongs to")
    add.add_argument("--title", required=True, help="name people read")
    add.add_argument("--slug", required=True, help="short name in addresses and on this line")
    add.add_argument("--language", default="en", help="language of its messages")
    add.add_argument("--time-zone", default="UTC", help="IANA time zone")
    add.set_defaults(run=run_add)
    listing = acts.add_parser("list", help="list the catalogs")
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="show one catalog")
    show.set_defaults(run=run_show)
    change = acts.add_parser("change", help="change a catalog; what is not named stays")
    change.add_argument("--title", help="name people read")
    change.add_argument("--language", help="language of its messages")
    change.add_argument("--time-zone", help="IANA time zone; sessions keep theirs")
    change.set_defaults(run=run_change)
    for act in (show, change):
        add_catalog(act)
    add_json(add, listing, show, change)


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
    if arguments.json:
        print(as_json(shown.catalog(catalog)))
    else:
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
                **shown.catalog(catalog),
                "organisation": catalog.organisation.name,
                "account": account.address if account else "",
                "state": account.state if account else "not connected",
            }
        )
    tell(rows, for_programs=arguments.json, columns=COLUMNS)
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one catalog."""
    start_django()
    tell(shown.catalog(catalog_named(arguments.catalog)), for_programs=arguments.json)
    return 0


def run_change(arguments: argparse.Namespace) -> int:
    """Change what is named of a catalog."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.catalogs.catalogs import change_catalog  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    changed = change_catalog(
        bootstrap.ports(),
        catalog=catalog_named(arguments.catalog),
        title=arguments.title,
        language=arguments.language,
        time_zone=arguments.time_zone,
        actor=OPERATOR,
    )
    tell(shown.catalog(changed), for_programs=arguments.json)
    return 0
