"""``classbell people``: who is known, their roles, and links for those without a sign-in."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli import shown
from classbell.cli.arguments import add_json
from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import NotFoundHere

if TYPE_CHECKING:
    from classbell.domain.organisations.audit import Actor
    from classbell.storage.models import Catalog, Person

COLUMNS = ("name", "address", "object id", "roles")
ROLES = ("lms_admin", "catalog_admin")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("people", help="see people, invite them, give and take roles")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list the people of an organisation")
    show.add_argument("--tenant", type=UUID, required=True, help="organisation they belong to")
    show.set_defaults(run=run_list)
    invite = acts.add_parser("invite", help="mail a single-use sign-in link")
    _add_person(invite)
    invite.add_argument("--catalog", help="catalog whose account sends it; else the system mailer")
    invite.set_defaults(run=run_invite)
    export = acts.add_parser("export", help="print all that is kept about somebody, as JSON")
    _add_person(export)
    export.set_defaults(run=run_export)
    erase = acts.add_parser("erase", help="erase somebody for good")
    _add_person(erase)
    erase.add_argument("--yes", action="store_true", help="do it; without this it only says what")
    add_json(erase)
    erase.set_defaults(run=run_erase)
    for act, text, run in (
        ("grant", "give a role", run_grant),
        ("revoke", "take a role away", run_revoke),
    ):
        change = acts.add_parser(act, help=text)
        _add_person(change)
        change.add_argument("--role", choices=ROLES, required=True, help="which role")
        change.add_argument("--catalog", help="catalog of the role catalog_admin")
        change.set_defaults(run=run)
        add_json(change)
    add_json(show, invite)


def _add_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", type=UUID, required=True, help="organisation of the person")
    parser.add_argument("address", help="the person's address or object id")


def run_list(arguments: argparse.Namespace) -> int:
    """List people with their roles."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = [
        {
            "name": person.name,
            "address": person.address,
            "object id": str(person.object_id or ""),
            "roles": ", ".join(
                f"{held.role} of {held.catalog.slug}" if held.catalog else held.role
                for held in person.roles.all()
            ),
        }
        for person in operator.people_of(arguments.tenant)
    ]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def run_invite(arguments: argparse.Namespace) -> int:
    """Mail somebody the link with which they add their sign-in; earlier links stop working."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.links import issue_link  # noqa: PLC0415 -- the same

    person, catalog = _person(arguments), _catalog(arguments)
    link = issue_link(bootstrap.ports(), person, catalog=catalog, actor=_operator())
    if arguments.json:
        print(as_json(shown.person(person) | {"expires_at": link.expires_at}))
        return 0
    print(f"A link for {person.name} is on its way; it works once, until {link.expires_at:%c} UTC.")
    return 0


def run_grant(arguments: argparse.Namespace) -> int:
    """Give somebody a role; giving it twice changes nothing."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.people import grant_role  # noqa: PLC0415 -- the same
    from classbell.storage.models import Role  # noqa: PLC0415 -- the same

    person, role = _person(arguments), Role(arguments.role)
    grant_role(bootstrap.ports(), person, role, catalog=_catalog(arguments), actor=_operator())
    _tell(arguments, person, f"{person.name} is {role.value} now.", held=True)
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Take a role away."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.people import revoke_role  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    person = _person(arguments)
    held = operator.held_role(person, arguments.role, _catalog(arguments))
    if held is None:
        raise NotFoundHere(
            f"{person.name} does not have this role.", remedy="See classbell people list."
        )
    revoke_role(bootstrap.ports(), held, actor=_operator())
    _tell(arguments, person, f"{person.name} is not {arguments.role} any more.", held=False)
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Print everything that is kept about somebody."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.erasure import export_person  # noqa: PLC0415 -- the same

    person = _person(arguments)
    print(as_json(export_person(bootstrap.ports(), person, actor=_operator())))
    return 0


def run_erase(arguments: argparse.Namespace) -> int:
    """Erase somebody; without ``--yes`` only say what would be."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.erasure import erase_person  # noqa: PLC0415 -- the same
    from classbell.storage.queries.person_rows import rows_about  # noqa: PLC0415 -- the same

    person = _person(arguments)
    if arguments.json:
        found: dict[str, object] = {"erased": arguments.yes}
        if arguments.yes:
            found |= erase_person(bootstrap.ports(), person, actor=_operator())
        else:
            found |= {"rows": {name: len(rows) for name, rows in rows_about(person).items()}}
        print(as_json(found))
        return 0 if arguments.yes else 1
    if not arguments.yes:
        counts = ", ".join(f"{name} {len(rows)}" for name, rows in rows_about(person).items())
        print(f"Rows about {person.name}: {counts}.")
        print("Nothing was changed. Say --yes to erase them for good.")
        return 1
    done = erase_person(bootstrap.ports(), person, actor=_operator())
    print(
        f"Erased: {done['cancelled']} messages will not be sent, {done['places']} places in "
        f"sessions to come are given up, {done['rows']} other rows are gone."
    )
    return 0


def _tell(arguments: argparse.Namespace, person: Person, said: str, *, held: bool) -> None:
    """Say whether somebody has a role now."""
    role = {"role": arguments.role, "catalog": arguments.catalog, "held": held}
    print(as_json(shown.person(person) | role) if arguments.json else said)


def _operator() -> Actor:
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- see run_list

    return OPERATOR


def _person(arguments: argparse.Namespace) -> Person:
    """Find the person by address or object id within the organisation."""
    from classbell.storage.queries import operator  # noqa: PLC0415 -- see run_list

    found = operator.person_of(arguments.tenant, arguments.address)
    if found is None:
        raise NotFoundHere(
            f"Nobody known here has «{arguments.address}».",
            remedy="See classbell people list, or import them with their enrolments.",
        )
    return found


def _catalog(arguments: argparse.Namespace) -> Catalog | None:
    """Find the catalog named, if one was."""
    from classbell.storage.queries import operator  # noqa: PLC0415 -- see run_list

    if not arguments.catalog:
        return None
    found = operator.catalog_of(arguments.tenant, arguments.catalog)
    if found is None:
        raise NotFoundHere(
            f"This organisation has no catalog «{arguments.catalog}».",
            remedy="See classbell catalogs list.",
        )
    return found
