"""``classbell connections``: one catalog's connection, its switch, health and invitations."""

from __future__ import annotations

import argparse
from uuid import UUID

from classbell.cli import shown_connection
from classbell.cli.arguments import add_catalog, add_json
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import DONE, NOT_SO
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table, tell, text
from classbell.ports.errors import NotFoundHere

CAPABILITIES = ("capability", "state", "evidence", "remedy", "who", "checked_at")
INVITATIONS = ("id", "address", "admin", "created_at", "expires_at")
WELL = frozenset({"working"})


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the acts to the parser of ``classbell connections``."""
    show = acts.add_parser("show", help="show a catalog's account and what it can do")
    show.set_defaults(run=run_show)
    health = acts.add_parser("health", help="say how the account is doing; asks nobody outside")
    health.set_defaults(run=run_health)
    switch = acts.add_parser("switch", help="switch a connection on or off; settings stay")
    switch.add_argument("to", choices=("on", "off"))
    switch.set_defaults(run=run_switch)
    invitations = acts.add_parser("invitations", help="list invitations that still work")
    invitations.set_defaults(run=run_invitations)
    withdraw = acts.add_parser("withdraw", help="withdraw an invitation")
    withdraw.add_argument("invitation", type=UUID, help="id, see connections invitations")
    withdraw.set_defaults(run=run_withdraw)
    for act in (show, health, switch, invitations, withdraw):
        add_catalog(act)
    add_json(show, health, switch, invitations, withdraw)


def run_show(arguments: argparse.Namespace) -> int:
    """Show a connection with what its account can do, as last checked."""
    start_django()
    return _tell(arguments)


def run_health(arguments: argparse.Namespace) -> int:
    """Say how the account is doing; 1 where it does not work."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    found = shown_connection.health(bootstrap.ports(), catalog_named(arguments.catalog))
    tell(found, for_programs=arguments.json)
    return DONE if found["status"] in WELL else NOT_SO


def run_switch(arguments: argparse.Namespace) -> int:
    """Switch a connection on or off."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.save import switch_connection  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    switch_connection(
        bootstrap.ports(),
        catalog=catalog_named(arguments.catalog),
        enabled=arguments.to == "on",
        actor=OPERATOR,
    )
    return _tell(arguments)


def run_invitations(arguments: argparse.Namespace) -> int:
    """List invitations to connect an account, newest first; links are shown nowhere again."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.storage.queries.agreements import usable_invitations  # noqa: PLC0415 -- the same

    now = bootstrap.ports().clock.now()
    rows = usable_invitations(catalog_named(arguments.catalog), now)
    found = [shown_connection.invitation(row) for row in rows]
    tell(found, for_programs=arguments.json, columns=INVITATIONS)
    return DONE


def run_withdraw(arguments: argparse.Namespace) -> int:
    """Withdraw an invitation; an account that signed in by it already stays in the panel."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.connections.invite import withdraw_invitation  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.models import ConnectInvitation  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    row = ConnectInvitation.objects.filter(catalog=catalog, pk=arguments.invitation).first()
    if row is None:
        raise NotFoundHere(
            f"There is no such invitation in the catalog {catalog.slug}.",
            remedy=f"See: classbell connections invitations --catalog {catalog.slug}",
        )
    withdraw_invitation(bootstrap.ports(), invitation=row, actor=OPERATOR)
    facts = {"id": str(row.pk), "address": row.address, "withdrawn": True}
    print(as_json(facts) if arguments.json else f"The invitation to {row.address} works no more.")
    return DONE


def _tell(arguments: argparse.Namespace) -> int:
    """Show a connection as it is now: facts first, then a table of what the account can do."""
    found = shown_connection.connection(catalog_named(arguments.catalog))
    if arguments.json:
        print(as_json(found))
        return DONE
    lines = found.pop("capabilities")
    tell(found, for_programs=False)
    if isinstance(lines, list) and lines:
        print(table(CAPABILITIES, [{key: text(row[key]) for key in CAPABILITIES} for row in lines]))
    return DONE
