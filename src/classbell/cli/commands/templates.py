"""``classbell templates``: what a catalog's notifications say, to whom, and whether at all."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from classbell.cli.arguments import add_catalog, add_json, whole_text
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import tell
from classbell.cli.template_file import fields_from, shown

if TYPE_CHECKING:
    from classbell.storage.models import Catalog

COLUMNS = ("kind", "title", "on", "version", "reminder_days")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("templates", help="see and change what notifications say")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list the notifications that a catalog can change")
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="show what one says, in each language")
    show.set_defaults(run=run_show)
    change = acts.add_parser("set", help="let one say what a file says; the rest is as delivered")
    change.add_argument("file", help="JSON, as the REST API takes it; - reads standard input")
    change.set_defaults(run=run_set)
    switch = acts.add_parser("switch", help="send one, or send it no more")
    switch.add_argument("to", choices=("on", "off"))
    switch.set_defaults(run=run_switch)
    reset = acts.add_parser("reset", help="let one say again what the product says")
    reset.set_defaults(run=run_reset)
    for act in (show, change, switch, reset):
        act.add_argument("--kind", required=True, help="such as session_reminder")
    for act in (listing, show, change, switch, reset):
        add_catalog(act)
    add_json(listing, show, change, switch, reset)


def run_list(arguments: argparse.Namespace) -> int:
    """List the kinds that can be changed, by name."""
    start_django()
    from classbell.domain.notifications.kinds import REGISTRY  # noqa: PLC0415 -- needs Django's settings

    catalog = catalog_named(arguments.catalog)
    kinds = sorted((one for one in REGISTRY.values() if one.customisable), key=lambda k: k.name)
    tell([shown(catalog, one) for one in kinds], for_programs=arguments.json, columns=COLUMNS)
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one kind as it is in force."""
    start_django()
    return _tell(arguments, catalog_named(arguments.catalog))


def run_set(arguments: argparse.Namespace) -> int:
    """Keep what a file says; the former text stays as a version."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.notifications.templates.edit import save_template  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    fields = fields_from(whole_text(arguments.file))
    save_template(
        bootstrap.ports(), catalog=catalog, kind_name=arguments.kind, fields=fields, actor=OPERATOR
    )
    return _tell(arguments, catalog)


def run_switch(arguments: argparse.Namespace) -> int:
    """Switch a kind on or off for the catalog."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.notifications.templates.edit import switch_kind  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog, on = catalog_named(arguments.catalog), arguments.to == "on"
    switch_kind(bootstrap.ports(), catalog=catalog, kind_name=arguments.kind, on=on, actor=OPERATOR)
    return _tell(arguments, catalog)


def run_reset(arguments: argparse.Namespace) -> int:
    """Let a kind say again what the product says; its versions stay."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.notifications.templates.edit import reset_template  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    reset_template(bootstrap.ports(), catalog=catalog, kind_name=arguments.kind, actor=OPERATOR)
    return _tell(arguments, catalog)


def _tell(arguments: argparse.Namespace, catalog: Catalog) -> int:
    """Show the kind that was named as it is in force now."""
    from classbell.domain.notifications.templates.edit import kind_to_edit  # noqa: PLC0415 -- see run_set

    tell(shown(catalog, kind_to_edit(arguments.kind)), for_programs=arguments.json)
    return 0
