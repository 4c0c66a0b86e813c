"""``classbell tokens``: integrations that use the REST API, and their tokens."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli.arguments import add_json
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table

if TYPE_CHECKING:
    from classbell.domain.integrations.integrations import Issued
    from classbell.storage.models import Integration

COLUMNS = ("id", "name", "catalogs", "scopes", "valid until", "last used")
DAYS = 90


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("tokens", help="let other programs use the REST API")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list the integrations of a catalog")
    show.add_argument("--catalog", required=True, help="short name of the catalog")
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
        add_json(change)
    add_json(show, create)


def run_list(arguments: argparse.Namespace) -> int:
    """List integrations; tokens are told apart by their last four characters."""
    start_django()
    from classbell.domain.integrations.integrations import (  # noqa: PLC0415 -- the same
        integrations_of,
    )

    found = integrations_of(catalog_named(arguments.catalog))
    if arguments.json:
        print(as_json([_shown(one) for one in found]))
    else:
        print(table(COLUMNS, [_row(one) for one in found]))
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

    catalogs = [catalog_named(slug) for slug in arguments.catalog]
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
        if arguments.json:
            print(as_json(_shown(made)))
            return 0
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
    _tell(issued, for_programs=arguments.json)
    return 0


def run_rotate(arguments: argparse.Namespace) -> int:
    """Give an integration a new token, and write it to standard output."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.integrations.integrations import rotate_token  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    found = _integration(arguments)
    issued = rotate_token(bootstrap.ports(), integration=found, days=arguments.days, actor=OPERATOR)
    _tell(issued, for_programs=arguments.json)
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
    if arguments.json:
        print(as_json({"id": str(found.pk), "name": found.name, "revoked": True}))
        return 0
    print(f"«{found.name}» can do nothing any more.")
    return 0


def _tell(issued: Issued, *, for_programs: bool) -> None:
    """Write a token, which is shown this once."""
    if for_programs:
        print(as_json(_shown(issued.integration) | {"token": issued.token}))
    else:
        print(issued.token)


def _shown(one: Integration) -> dict[str, object]:
    """Return an integration as the REST API shows it, and what an operator wants to know beside."""
    return {
        "id": str(one.pk),
        "name": one.name,
        "scopes": list(one.scopes),
        "expires_at": one.expires_at,
        "catalogs": [catalog.slug for catalog in one.catalogs.all()],
        "last_used_at": one.last_used_at,
        "application_id": str(one.application_id) if one.application_id else None,
    }


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

    return integration_in(catalog_named(arguments.catalog), arguments.integration)
