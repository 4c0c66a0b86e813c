"""``classbell webhooks``: addresses that are told of events, of a catalog or an organisation."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from classbell.cli.arguments import add_json
from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import InvalidInput, NotFoundHere

if TYPE_CHECKING:
    from classbell.storage.models import WebhookEndpoint

COLUMNS = ("id", "of", "url", "on", "reason", "events", "waiting", "failed")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("webhooks", help="see and change where events are sent")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list all webhooks")
    add_json(show)
    show.set_defaults(run=run_list)
    add = acts.add_parser("add", help="tell an address of events; prints its secret, once")
    add.add_argument("url", help="https address")
    home = add.add_mutually_exclusive_group(required=True)
    home.add_argument("--catalog", help="slug: the events of this catalog")
    home.add_argument("--tenant", help="tenant id: all events of this organisation")
    add.add_argument("--event", action="append", default=[], help="a type; again for more")
    add.add_argument("--description", default="", help="for people")
    add_json(add)
    add.set_defaults(run=run_add)
    for name, run, text in (
        ("ping", run_ping, "send a test"),
        ("disable", run_disable, "switch one off; what waits for it is stopped"),
        ("enable", run_enable, "switch one on again"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("id", help="as listed")
        add_json(act)
        act.set_defaults(run=run)
    again = acts.add_parser("replay", help="send again what happened since a moment")
    again.add_argument("id", help="as listed")
    again.add_argument("--since", required=True, help="such as 2026-11-23T08:00, UTC")
    add_json(again)
    again.set_defaults(run=run_replay)


def run_list(arguments: argparse.Namespace) -> int:
    """List every webhook with how it is doing."""
    start_django()
    from classbell.storage.queries.webhooks import every_endpoint  # noqa: PLC0415 -- needs Django's settings

    rows = [
        {
            "id": str(one.pk),
            "of": one.catalog.slug if one.catalog else one.organisation.name,
            "url": one.url,
            "on": "yes" if one.is_on else "no",
            "reason": one.off_reason,
            "events": str(len(one.event_types)),
            "waiting": str(getattr(one, "waiting", 0)),
            "failed": str(getattr(one, "failed", 0)),
        }
        for one in every_endpoint()
    ]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    """Make a webhook and print its secret."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.endpoints import (  # noqa: PLC0415 -- the same
        EndpointChoice,
        create_endpoint,
    )
    from classbell.domain.webhooks.event_types import MANY, TYPES  # noqa: PLC0415 -- the same
    from classbell.storage.models import Catalog, Organisation  # noqa: PLC0415 -- the same

    catalog = organisation = None
    if arguments.catalog:
        rows = Catalog.objects.select_related("organisation").filter(slug=arguments.catalog)
        catalog = rows.first()
        organisation = catalog.organisation if catalog else None
    else:
        organisation = Organisation.objects.filter(tenant_id=_uuid(arguments.tenant)).first()
    if organisation is None:
        raise NotFoundHere(
            "There is no such catalog or organisation.",
            remedy="See: classbell catalogs list, classbell organisations list",
        )
    usual = tuple(one.name for one in TYPES if one.name not in MANY)
    choice = EndpointChoice(arguments.url, arguments.description, tuple(arguments.event) or usual)
    made = create_endpoint(
        bootstrap.ports(), organisation=organisation, catalog=catalog, choice=choice, actor=OPERATOR
    )
    facts: dict[str, object] = {"id": str(made.endpoint.pk), "secret": made.secret}
    _tell(arguments, facts, f"Webhook {facts['id']}\nSecret, shown only now: {made.secret}")
    return 0


def run_ping(arguments: argparse.Namespace) -> int:
    """Send a test."""
    endpoint = _endpoint(arguments.id)
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.replay import ping  # noqa: PLC0415 -- the same

    delivery = ping(bootstrap.ports(), endpoint=endpoint, actor=OPERATOR)
    said = f"The test {delivery.message_id} goes out as soon as a worker takes it."
    _tell(arguments, {"id": delivery.message_id}, said)
    return 0


def run_disable(arguments: argparse.Namespace) -> int:
    """Switch one off."""
    endpoint = _endpoint(arguments.id)
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.switching import switch_off  # noqa: PLC0415 -- the same

    changed = switch_off(bootstrap.ports(), endpoint=endpoint, actor=OPERATOR)
    said = "Switched off." if changed else "It was off already."
    _tell(arguments, {"id": str(endpoint.pk), "on": False}, said)
    return 0


def run_enable(arguments: argparse.Namespace) -> int:
    """Switch one on."""
    endpoint = _endpoint(arguments.id)
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.switching import switch_on  # noqa: PLC0415 -- the same

    changed = switch_on(bootstrap.ports(), endpoint=endpoint, actor=OPERATOR)
    said = "Switched on." if changed else "It was on already."
    _tell(arguments, {"id": str(endpoint.pk), "on": True}, said)
    return 0


def run_replay(arguments: argparse.Namespace) -> int:
    """Send events again."""
    since = _moment(arguments.since)
    endpoint = _endpoint(arguments.id)
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.webhooks.replay import replay_since  # noqa: PLC0415 -- the same

    count = replay_since(bootstrap.ports(), endpoint=endpoint, since=since, actor=OPERATOR)
    _tell(arguments, {"id": str(endpoint.pk), "events": count}, f"{count} events go out again.")
    return 0


def _tell(arguments: argparse.Namespace, facts: dict[str, object], said: str) -> None:
    """Say what was done."""
    print(as_json(facts) if arguments.json else said)


def _endpoint(text: str) -> WebhookEndpoint:
    """Return a webhook by the id that the list shows."""
    start_django()
    from classbell.storage.queries.webhooks import every_endpoint  # noqa: PLC0415 -- needs Django's settings

    found = every_endpoint().filter(pk=_uuid(text)).first()
    if found is None:
        raise NotFoundHere(f"There is no webhook {text}.", remedy="See: classbell webhooks list")
    return found


def _uuid(text: str) -> UUID:
    """Read an id.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return UUID(text)
    except ValueError as cause:
        raise InvalidInput(f"«{text}» is no id.", remedy="Copy it from the list.") from cause


def _moment(text: str) -> datetime:
    """Read a moment; without a zone it is UTC.

    Raises:
        InvalidInput: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as cause:
        raise InvalidInput(
            f"«{text}» is no moment.", remedy="Write it as 2026-11-23T08:00."
        ) from cause
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
