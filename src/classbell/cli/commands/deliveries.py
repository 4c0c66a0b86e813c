"""``classbell deliveries``: what became of every message, and sending some of them again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from classbell.cli import shown
from classbell.cli.arguments import add_catalog
from classbell.cli.commands import deliveries_held
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import InvalidInput, NotFoundHere

if TYPE_CHECKING:
    from datetime import datetime

    from classbell.domain.notifications.send_again import Choice
    from classbell.storage.models import Attempt, Catalog, Message
    from classbell.storage.queries.message_log import Wanted

COLUMNS = ("id", "kind", "to", "state", "route", "attempts", "due", "reason")
TRIES = ("at", "route", "outcome", "request_id", "code", "explanation")
RETRYING = "retrying"
STATUSES = ("sent", "waiting", RETRYING, "failed", "not_sent")
STATES = (
    *("queued", "sending", "accepted", "delivered", "bounced", "held", "unknown", "failed"),
    *("expired", "cancelled", "not_sent"),
)
ROUTES = ("mailbox", "acs", "system_mailer")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("deliveries", help="see what became of messages")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list messages, newest first")
    _add_filters(listing)
    listing.add_argument("--limit", type=int, default=50, help="at most so many")
    listing.add_argument("--before", type=int, metavar="ID", help="only older ones than this")
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="show one message with its attempts")
    show.add_argument("id", type=int, help="as the list names it")
    show.set_defaults(run=run_show)
    again = acts.add_parser("resend", help="send messages again that failed")
    again.add_argument("ids", type=int, nargs="*", metavar="ID", help="which; else the filters say")
    _add_filters(again, of_one_catalog=True)
    again.add_argument(
        "--even-if-twice",
        action="store_true",
        help="also those that may have arrived; their readers may get them twice",
    )
    again.add_argument("--plan", action="store_true", help="only say what would be sent")
    again.set_defaults(run=run_resend)
    export = acts.add_parser("export", help="write a catalog's log as CSV")
    _add_filters(export, of_one_catalog=True)
    export.set_defaults(run=run_export)
    sums = acts.add_parser("sums", help="count messages by state")
    add_catalog(sums, required=False)
    sums.set_defaults(run=run_sums)
    deliveries_held.add_to(acts)
    for act in (listing, show, again, sums):
        act.add_argument("--json", action="store_true", help="for programs")


def _add_filters(parser: argparse.ArgumentParser, *, of_one_catalog: bool = False) -> None:
    """Add the filters of the delivery log."""
    add_catalog(parser, required=of_one_catalog)
    parser.add_argument("--status", choices=STATUSES, help="as the chips of the delivery log")
    parser.add_argument("--state", choices=STATES, help="exactly this state")
    parser.add_argument("--to", default="", metavar="TEXT", help="part of a name or address")
    parser.add_argument("--kind", default="", help="such as enrolment_confirmed")
    parser.add_argument("--route", default="", choices=ROUTES, help="what carried them, or will")
    parser.add_argument("--days", type=int, metavar="N", help="written in the last N days")


def run_list(arguments: argparse.Namespace) -> int:
    """List messages with their state and reason."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings
    from classbell.storage.queries.message_pages import log_page  # noqa: PLC0415 -- the same

    log = operator.log_of(catalog_named(arguments.catalog) if arguments.catalog else None)
    page = log_page(log, _wanted(arguments), size=max(arguments.limit, 1))
    if arguments.json:
        print(as_json([shown.delivery(message) for message in page.rows]))
    else:
        print(table(COLUMNS, [_row(message) for message in page.rows]))
    if page.before is not None:
        print(f"There may be older ones: --before {page.before}", file=sys.stderr)
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one message and what was tried."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings
    from classbell.storage.queries.message_log import attempts_of  # noqa: PLC0415 -- the same

    message = operator.message(arguments.id)
    if message is None:
        raise NotFoundHere(
            f"There is no message {arguments.id}.", remedy="See classbell deliveries list."
        )
    tries = [_try(attempt) for attempt in attempts_of(message)]
    if arguments.json:
        print(as_json(shown.delivery(message) | {"tries": tries}))
        return 0
    facts = _row(message) | {
        "name": message.name,
        "written": _moment(message.created_at),
        "settled": _moment(message.settled_at),
        "expires": _moment(message.expires_at),
        "explanation": message.reason,
    }
    print("\n".join(f"{name:<12} {value}" for name, value in facts.items()))
    print(table(TRIES, tries) if tries else "Nothing was tried yet.")
    return 0


def run_resend(arguments: argparse.Namespace) -> int:
    """Send messages again; 1 where some of those chosen could not be."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.notifications.send_again import (  # noqa: PLC0415 -- the same
        choose_again,
        send_again,
    )
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog, ports = catalog_named(arguments.catalog), bootstrap.ports()
    ids = arguments.ids or _ids(catalog, arguments)
    choice = choose_again(ports, catalog, ids)
    queued = 0
    if not arguments.plan:
        twice = arguments.even_if_twice
        queued = send_again(ports, catalog=catalog, ids=ids, actor=OPERATOR, also_doubtful=twice)
    _say(arguments, choice, ids, queued)
    return 0 if arguments.plan or queued == len(set(ids)) else 1


def run_export(arguments: argparse.Namespace) -> int:
    """Write the log to standard output, as CSV."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.notifications.log_export import export_log  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    log, wanted = operator.log_of(catalog), _wanted(arguments)
    ports = bootstrap.ports()
    for line in export_log(ports, catalog=catalog, log=log, wanted=wanted, actor=OPERATOR):
        sys.stdout.write(line)
    return 0


def run_sums(arguments: argparse.Namespace) -> int:
    """Count messages by state."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    counted = operator.message_sums(slug=arguments.catalog or "")
    rows = [{"state": state, "messages": str(count)} for state, count in counted]
    print(as_json(rows) if arguments.json else table(("state", "messages"), rows))
    return 0


def _say(arguments: argparse.Namespace, choice: Choice, ids: Sequence[int], queued: int) -> None:
    """Tell what was sent, or would be."""
    left = {str(message.pk): why for message, why in choice.refused}
    if arguments.json:
        facts = {
            "queued": queued,
            "certain": [message.pk for message in choice.certain],
            "doubtful": [message.pk for message in choice.doubtful],
            "refused": left,
        }
        print(as_json(facts))
        return
    print(f"{len(ids)} chosen, {len(choice.certain)} surely did not arrive", end="")
    print(f", {len(choice.doubtful)} may have arrived, {len(left)} cannot go again.")
    for number, why in left.items():
        print(f"  {number}: {why}")
    if choice.returned:
        print(f"{len(choice.returned)} of them came back, and go to the same address.")
    if choice.doubtful and not arguments.even_if_twice:
        print("Those that may have arrived are left alone without --even-if-twice.")
    if not arguments.plan:
        print(f"{queued} queued.")


def _ids(catalog: Catalog, arguments: argparse.Namespace) -> list[int]:
    """Return the messages that the filters say; without a status, all that failed to leave."""
    from classbell.domain.notifications.send_again import MOST_AT_ONCE  # noqa: PLC0415 -- see run_resend
    from classbell.storage.models import MessageState  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same
    from classbell.storage.queries.message_pages import all_pages  # noqa: PLC0415 -- the same

    wanted = _wanted(arguments)
    if not wanted.states and not wanted.retrying:
        # What came back is sent again only by those who ask for it: the address may be dead.
        wanted = replace(wanted, states=(MessageState.FAILED, MessageState.UNKNOWN))
    found: list[int] = []
    for page in all_pages(operator.log_of(catalog), wanted):
        found += [message.pk for message in page.rows]
        if len(found) > MOST_AT_ONCE:
            raise InvalidInput(
                f"More than {MOST_AT_ONCE} messages match.",
                meaning="Nothing is sent.",
                remedy="Narrow them with --days, --kind or --to.",
            )
    return found


def _wanted(arguments: argparse.Namespace) -> Wanted:
    """Return what the filters ask for."""
    from classbell import bootstrap  # noqa: PLC0415 -- see run_list
    from classbell.storage.models import MessageState  # noqa: PLC0415 -- the same
    from classbell.storage.queries.message_log import GROUPS, Group, Wanted  # noqa: PLC0415 -- the same

    retrying = arguments.status == RETRYING and not arguments.state
    grouped = arguments.status and arguments.status != RETRYING
    states = GROUPS[Group(arguments.status)] if grouped else ()
    since = None
    if arguments.days is not None:
        since = bootstrap.ports().clock.now() - timedelta(days=arguments.days)
    return Wanted(
        states=(MessageState(arguments.state),) if arguments.state else states,
        text=arguments.to.strip(),
        retrying=retrying,
        kind=arguments.kind,
        route=arguments.route,
        since=since,
        before=getattr(arguments, "before", None),
    )


def _row(message: Message) -> dict[str, str]:
    """Describe one message."""
    from classbell.storage.queries.message_log import route_of  # noqa: PLC0415 -- see run_list

    return {
        "id": str(message.pk),
        "kind": message.notification.kind,
        "to": message.address,
        "state": message.state,
        "route": route_of(message),
        "attempts": str(message.attempt),
        "due": _moment(message.due_at),
        "reason": message.reason_code,
    }


def _try(attempt: Attempt) -> dict[str, str]:
    """Describe one try."""
    envelope = attempt.envelope
    return {
        "at": envelope.started_at.isoformat(timespec="seconds"),
        "route": envelope.route,
        "outcome": envelope.verdict or envelope.state,
        "request_id": envelope.request_id,
        "code": envelope.code,
        "explanation": envelope.explanation,
    }


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="minutes") if moment else ""
