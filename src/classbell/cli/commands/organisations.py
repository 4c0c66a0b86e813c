"""``classbell organisations``: the Microsoft 365 tenants this installation serves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli.arguments import add_json
from classbell.cli.commands import organisations_acs
from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import NotFoundHere

if TYPE_CHECKING:
    from classbell.storage.models import Organisation

COLUMNS = ("name", "tenant", "catalogs", "external_recipients", "application_accounts")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("organisations", help="add and list organisations, activate Azure")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="bind an organisation and its first LMS admin")
    add.add_argument("--tenant", type=UUID, required=True, help="tenant id of Microsoft Entra ID")
    add.add_argument("--name", default="", help="name people know it by; the tenant id by default")
    add.add_argument(
        "--lms-admin", type=UUID, required=True, metavar="OBJECT_ID", help="first LMS admin"
    )
    add.add_argument("--lms-admin-name", default="LMS admin", help="name of the first LMS admin")
    add.add_argument("--lms-admin-address", default="", help="address for alerts")
    add.set_defaults(run=run_add)
    limits = acts.add_parser("limits", help="note what Microsoft allows an organisation")
    limits.add_argument(
        "--tenant", type=UUID, required=True, help="tenant id of Microsoft Entra ID"
    )
    limits.add_argument(
        "--external-recipients",
        type=int,
        required=True,
        metavar="N",
        help="recipients outside the organisation in 24 hours; 0 where it is not known",
    )
    limits.set_defaults(run=run_limits)
    permit = acts.add_parser(
        "application-accounts", help="let an organisation use application-only accounts"
    )
    permit.add_argument(
        "--tenant", type=UUID, required=True, help="tenant id of Microsoft Entra ID"
    )
    choice = permit.add_mutually_exclusive_group(required=True)
    choice.add_argument("--allow", action="store_true", help="its admins may connect them")
    choice.add_argument("--refuse", action="store_true", help="no new ones; those in use go on")
    permit.set_defaults(run=run_permit)
    show = acts.add_parser("list", help="list the organisations")
    add_json(add, limits, permit, show)
    show.set_defaults(run=run_list)
    organisations_acs.add_to(acts)


def run_add(arguments: argparse.Namespace) -> int:
    """Bind an organisation; the first LMS admin is known by object id alone."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.organisations import (  # noqa: PLC0415 -- the same
        add_organisation,
    )

    organisation = add_organisation(
        bootstrap.ports(),
        tenant_id=arguments.tenant,
        name=arguments.name or str(arguments.tenant),
        lms_admin_object_id=arguments.lms_admin,
        lms_admin_name=arguments.lms_admin_name,
        lms_admin_address=arguments.lms_admin_address,
    )
    if arguments.json:
        print(as_json(_row(organisation)))
        return 0
    print(f"{organisation.name} is bound to the tenant {organisation.tenant_id}.")
    print(f"Its LMS admin signs in at {bootstrap.settings().base_url}.")
    return 0


def run_limits(arguments: argparse.Namespace) -> int:
    """Note the tenant's limit for external recipients."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.organisations import (  # noqa: PLC0415 -- the same
        limit_external_recipients,
    )

    organisation = _organisation(arguments.tenant)
    per_day = arguments.external_recipients or None
    limit_external_recipients(bootstrap.ports(), organisation, per_day=per_day)
    if arguments.json:
        print(as_json(_row(_organisation(arguments.tenant))))
        return 0
    said = f"{per_day} external recipients in 24 hours" if per_day else "no known limit"
    print(f"{organisation.name}: {said}.")
    return 0


def run_permit(arguments: argparse.Namespace) -> int:
    """Let the organisation use application-only accounts, or no new ones."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.organisations import (  # noqa: PLC0415 -- the same
        permit_application_accounts,
    )

    organisation = _organisation(arguments.tenant)
    ports = bootstrap.ports()
    permit_application_accounts(ports, organisation, allowed=arguments.allow)
    if arguments.json:
        print(as_json(_row(_organisation(arguments.tenant))))
        return 0
    said = "may connect" if arguments.allow else "may not connect new"
    print(f"{organisation.name} {said} application-only accounts.")
    if arguments.allow and ports.installation.credential.kind == "secret":
        print(
            "The application proves itself by a secret. Whoever has it can use every mailbox that "
            "is opened; a certificate or a federated credential is safer."
        )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List the organisations with their catalogs' number."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = [
        _row(row) | {"catalogs": str(getattr(row, "catalog_count", 0))}
        for row in operator.organisations()
    ]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def _row(organisation: Organisation) -> dict[str, str]:
    """Describe one organisation."""
    return {
        "name": organisation.name,
        "tenant": str(organisation.tenant_id),
        "external_recipients": str(organisation.external_recipients_per_day or ""),
        "application_accounts": "allowed" if organisation.application_accounts else "",
    }


def _organisation(tenant_id: UUID) -> Organisation:
    """Return the organisation of a tenant.

    Raises:
        NotFoundHere: it is not bound to this installation.
    """
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    organisation = operator.organisation_of(tenant_id)
    if organisation is None:
        raise NotFoundHere(
            f"The tenant {tenant_id} is not bound to this installation.",
            remedy="See classbell organisations list.",
        )
    return organisation
