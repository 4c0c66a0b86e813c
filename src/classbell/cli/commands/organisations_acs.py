"""``classbell organisations acs``: Azure Communication Services, activated for an organisation."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import InvalidInput, NotFoundHere

if TYPE_CHECKING:
    from classbell.storage.models import Organisation


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the acts to the parser of ``classbell organisations``."""
    parser = acts.add_parser("acs", help="let an organisation send through Azure")
    found = parser.add_subparsers(dest="acs_act", metavar="ACT", required=True)
    activate = found.add_parser("activate", help="activate it, or change how it is activated")
    show = found.add_parser("show", help="say how it is activated and who uses it")
    deactivate = found.add_parser("deactivate", help="end it; waiting mail is kept or rerouted")
    for act, run in ((activate, run_activate), (deactivate, run_deactivate), (show, run_show)):
        act.add_argument("--tenant", type=UUID, required=True, help="tenant id of Entra ID")
        act.set_defaults(run=run)
    _add_resource(activate)
    show.add_argument("--json", action="store_true", help="for programs")


def _add_resource(activate: argparse.ArgumentParser) -> None:
    """Add what names and proves the resource."""
    activate.add_argument("--endpoint", required=True, help="address of the resource")
    activate.add_argument("--sender", required=True, help="fixed address that mail comes from")
    proof = activate.add_mutually_exclusive_group(required=True)
    proof.add_argument("--key-file", type=Path, metavar="FILE", help="file of its access key")
    proof.add_argument("--entra", action="store_true", help="prove by Microsoft Entra ID instead")
    for span in ("minute", "hour"):
        activate.add_argument(
            f"--per-{span}", type=int, required=True, metavar="N", help=f"messages per {span}"
        )
    activate.add_argument(
        "--report-key", action="store_true", help="make and print a key for delivery reports"
    )


def run_activate(arguments: argparse.Namespace) -> int:
    """Activate it; a report key is printed here and nowhere else."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.providers.activation import Approved, activate  # noqa: PLC0415 -- same

    approved = Approved(
        endpoint=arguments.endpoint,
        sender_address=arguments.sender,
        messages_per_minute=arguments.per_minute,
        messages_per_hour=arguments.per_hour,
        access_key=_key(arguments.key_file) if arguments.key_file else "",
    )
    ports, organisation = bootstrap.ports(), _organisation(arguments.tenant)
    made = activate(
        ports, organisation, approved, actor=OPERATOR, with_report_key=arguments.report_key
    )
    print(f"{organisation.name} may send as {made.provider.sender_address}. Its catalog admins")
    print("choose it in Microsoft 365 Connection Settings.")
    if made.released:
        print(f"Messages that had waited and go out now: {made.released}.")
    if made.report_key:
        print(f"Delivery reports go to {ports.base_url}/reports/acs/{made.provider.pk}")
        print(f"with the header x-classbell-report-key: {made.report_key}")
        print("The key is shown this once.")
    return 0


def run_deactivate(arguments: argparse.Namespace) -> int:
    """Deactivate it and say what that concerned."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.providers.activation import deactivate  # noqa: PLC0415 -- the same

    organisation = _organisation(arguments.tenant)
    done = deactivate(bootstrap.ports(), organisation, actor=OPERATOR)
    print(f"{organisation.name} sends nothing more through Azure Communication Services.")
    print(f"Messages that take another route: {done.moved}. That wait: {done.held}.")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Print how it is activated, how it is doing and which catalogs use it; never the key."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.providers.activation import provider_facts  # noqa: PLC0415 -- the same
    from classbell.domain.providers.state import provider_state  # noqa: PLC0415 -- the same
    from classbell.storage.queries.email_provider import catalogs_using  # noqa: PLC0415 -- same
    from classbell.storage.scope import Scope  # noqa: PLC0415 -- the same

    organisation = _organisation(arguments.tenant)
    state = provider_state(bootstrap.ports(), organisation.pk)
    facts: dict[str, object] = {"state": state.status.value}
    if state.provider is not None:
        facts |= provider_facts(state.provider)
        facts |= {"cause": f"{state.explanation} {state.code}".strip()}
        facts |= {"taken in 24 hours": state.taken_today, "waiting": state.waiting}
    using = catalogs_using(Scope(organisation.pk))
    facts["catalogs"] = [catalog.slug for catalog in using]
    if arguments.json:
        print(as_json(facts))
        return 0
    facts["catalogs"] = ", ".join(catalog.slug for catalog in using)
    print(table(("what", "value"), [{"what": k, "value": str(v)} for k, v in facts.items()]))
    return 0


def _organisation(tenant_id: UUID) -> Organisation:
    """Find the organisation of a tenant."""
    from classbell.storage.queries.operator import organisation_of  # noqa: PLC0415 -- see run_show

    found = organisation_of(tenant_id)
    if found is None:
        raise NotFoundHere(
            f"No organisation is bound to the tenant {tenant_id}.",
            remedy="See classbell organisations list.",
        )
    return found


def _key(file: Path) -> str:
    """Read an access key; it never stands on the command line, which other users can see."""
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as cause:
        raise InvalidInput(f"{file} cannot be read.", field="key_file") from cause
    if not key:
        raise InvalidInput(f"{file} is empty.", field="key_file")
    return key
