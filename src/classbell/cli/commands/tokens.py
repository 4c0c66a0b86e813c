"""``classbell tokens``: integrations that use the REST API, and their tokens."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import NotFoundHere

if TYPE_CHECKING:
    from classbell.storage.models import Catalog, Integration

COLUMNS = ("id", "name", "catalogs", "scopes", "valid until", "last used")
DAYS = 90


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("tokens", help="let other programs use the REST API")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list the integrations of a catalog")
    show.add_argument("--catalog", required=True, help="short name of the catalog")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=run_list)
    create = acts.add_parser("create", help="make an integration and show its token, once")
    create.add_argument("name", help="the program that will use it")
    create.add_argument(
        "--catalog", action="append", required=True, help="short name of a catalog; may be repeated"
    )
    create.add_argument(
        "--scope", action="append", required=True, help="what it may do; may be repeated"
    )
    create.add_argument("--days", type=int, default=DAYS, help="for how many days, at most 365")
    create.add_argument(
        "--application-id", type=UUID, help="use Microsoft's tokens of this application instead"
    )
    create.set_defaults(run=run_create)
    for act, text, run in (
        ("rotate", "give an integration a new token; the former one works for a day", run_rotate),
        ("revoke", "let an integration act no more", run_revoke),
    ):
        change = acts.add_parser(act, help=text)
        change.add_argument("integration", type=UUID, help="id, see classbell tokens list")
        change.add_argument("--catalog", required=True, help="short name of one of its catalogs")
        if act == "rotate":
            change.add_argument("--days", type=int, default=DAYS, help="for how many days")
        change.set_defaults(run=run)


def run_list(arguments: argparse.Namespace) -> int:
    """List integrations; tokens are told apart by their last four characters."""
    start_django()
    from classbell.domain.integrations.integrations import (  # noqa: PLC0415 -- the same
        integrations_of,
    )

    rows = [_row(one) for one in integrations_of(_catalog(arguments.catalog))]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def run_create(arguments: argparse.Namespace) -> int:
    """Make an integration. The token is the only thing on standard output."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.integrations.integrations import (  # noqa: PLC0415 -- the same
        create_integration,
        register_application,
    )
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalogs = [_catalog(slug) for slug in arguments.catalog]
    if arguments.application_id is not None:
        made = register_application(
            bootstrap.ports(),
            catalogs=catalogs,
            name=arguments.name,
            scopes=arguments.scope,
            days=arguments.days,
            application_id=arguments.application_id,
            actor=OPERATOR,
        )
        print(f"The application {made.application_id} may act as «{made.name}» now.")
        return 0
    issued = create_integration(
        bootstrap.ports(),
        catalogs=catalogs,
        name=arguments.name,
        scopes=arguments.scope,
        days=arguments.days,
        actor=OPERATOR,
    )
    print(issued.token)
    return 0


def run_rotate(arguments: argparse.Namespace) -> int:
    """Give an integration a new token, and write it to standard output."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.integrations.integrations import rotate_token  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    found = _integration(arguments)
    issued = rotate_token(bootstrap.ports(), integration=found, days=arguments.days, actor=OPERATOR)
    print(issued.token)
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Let an integration act no more."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.integrations.integrations import (  # noqa: PLC0415 -- the same
        revoke_integration,
    )
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    found = _integration(arguments)
    revoke_integration(bootstrap.ports(), integration=found, actor=OPERATOR)
    print(f"«{found.name}» can do nothing any more.")
    return 0


def _row(one: Integration) -> dict[str, str]:
    return {
        "id": str(one.pk),
        "name": one.name,
        "catalogs": ", ".join(catalog.slug for catalog in one.catalogs.all()),
        "scopes": ", ".join(one.scopes),
        "valid until": f"{one.expires_at:%Y-%m-%d}",
        "last used": f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never",
    }


def _integration(arguments: argparse.Namespace) -> Integration:
    from classbell.domain.integrations.integrations import (  # noqa: PLC0415 -- the same
        integration_in,
    )

    return integration_in(_catalog(arguments.catalog), arguments.integration)


def _catalog(slug: str) -> Catalog:
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    found = operator.catalog_named(slug)
    if found is None:
        raise NotFoundHere(f"There is no catalog «{slug}».", remedy="See classbell catalogs list.")
    return found
