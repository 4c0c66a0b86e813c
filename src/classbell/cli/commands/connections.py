"""``classbell connections``: which account works for which catalog, checked, invited and paced."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli import shown_connection
from classbell.cli.arguments import add_catalog, add_json
from classbell.cli.commands import connections_pace, connections_state
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import InvalidInput

if TYPE_CHECKING:
    from classbell.storage.models import Catalog, Person

COLUMNS = ("catalog", "account", "state", "mail", "consent", "cause")
LINES = ("capability", "state", "evidence", "meaning", "remedy", "who")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("connections", help="see, check and begin connections")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list the catalogs' connections")
    show.add_argument("--tenant", type=UUID, help="only those of one organisation")
    show.set_defaults(run=run_list)
    check = acts.add_parser("check", help="ask Microsoft what a catalog's account can do")
    check.set_defaults(run=run_check)
    invite = acts.add_parser("invite", help="invite an account's owner to sign in with it")
    invite.add_argument("--admin", help="whose panel it waits in; needed if there are several")
    invite.add_argument("--email-only", action="store_true", help="ask for mail only")
    invite.set_defaults(run=run_invite)
    connections_pace.add_to(acts)
    connections_state.add_to(acts)
    for act in (check, invite):
        add_catalog(act)
    add_json(show, check, invite)
    invite.add_argument("address", help="address of the account")


def run_list(arguments: argparse.Namespace) -> int:
    """List each catalog with its account, how that stands, and what is outdated."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = [_row(catalog) for catalog in operator.catalogs_of(arguments.tenant)]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def _row(catalog: Catalog) -> dict[str, str]:
    """Describe one catalog's connection."""
    from classbell.domain.connections.consent import consent_state  # noqa: PLC0415 -- see run_list
    from classbell.storage.queries.connections import (  # noqa: PLC0415 -- see run_list
        connection_of,
        open_incident,
    )

    connection = connection_of(catalog)
    account = connection.account
    consent = consent_state(account) if account else None
    incident = open_incident(account) if account else None
    cause = (incident.explanation or incident.code) if incident else ""
    return {
        "catalog": catalog.slug,
        "account": account.address if account else "",
        "state": account.state if account else "not connected",
        "mail": "on" if connection.enabled else "off",
        "consent": ("outdated" if consent.outdated else consent.kind.value) if consent else "",
        "cause": cause,
    }


def run_check(arguments: argparse.Namespace) -> int:
    """Ask Microsoft and print the capability card; 1 where something is not ready."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.capability import (  # noqa: PLC0415 -- beside its use
        meaning,
        needs_attention,
    )
    from classbell.domain.connections.check_now import check_now  # noqa: PLC0415 -- see above
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    results = check_now(bootstrap.ports(), catalog=catalog_named(arguments.catalog), actor=OPERATOR)
    rows = [
        {
            "capability": line.capability.value,
            "state": line.state.value,
            "evidence": line.evidence,
            "meaning": meaning(line.capability, line.state),
            "remedy": line.remedy,
            "who": line.who,
        }
        for line in results
    ]
    print(as_json(rows) if arguments.json else table(LINES, rows))
    return 1 if any(needs_attention(row["capability"], row["state"]) for row in rows) else 0


def run_invite(arguments: argparse.Namespace) -> int:
    """Mail the invitation and print its link; whoever has the link can answer it."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.invite import invite_owner  # noqa: PLC0415 -- the same
    from classbell.domain.connections.scopes import EMAIL_ONLY  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    admin = _admin(catalog, arguments.admin)
    invitation = invite_owner(
        bootstrap.ports(),
        catalog=catalog,
        address=arguments.address,
        actor=OPERATOR,
        person=admin,
        scopes=EMAIL_ONLY if arguments.email_only else None,
    )
    if arguments.json:
        facts = shown_connection.invitation(invitation.row)
        print(as_json(facts | {"link": invitation.link}))
        return 0
    print(f"An invitation to {invitation.row.address} is on its way, and works until", end=" ")
    print(f"{invitation.row.expires_at:%Y-%m-%d %H:%M} UTC. Its link: {invitation.link}")
    print(f"After the sign-in {admin.name} has to save, in the panel of «{catalog.title}».")
    return 0


def _admin(catalog: Catalog, named: str | None) -> Person:
    """Find the admin in whose panel the account shall wait."""
    from classbell.storage.queries.operator import person_of  # noqa: PLC0415 -- see run_list
    from classbell.storage.queries.organisations import catalog_admins  # noqa: PLC0415 -- the same

    admins = list(catalog_admins(catalog))
    if named:
        found = person_of(catalog.organisation.tenant_id, named)
        admins = [admin for admin in admins if found is not None and admin.pk == found.pk]
    if len(admins) == 1:
        return admins[0]
    raise InvalidInput(
        f"«{catalog.title}» has {'several admins' if admins else 'no such admin'}.",
        field="admin",
        meaning="The account waits for Save in the panel of one of them.",
        remedy="Name one with --admin, by address or object id.",
    )
