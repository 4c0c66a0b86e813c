"""``classbell deliveries``: what became of every message."""

from __future__ import annotations

import argparse

from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table

COLUMNS = ("id", "kind", "to", "state", "attempts", "due", "reason")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("deliveries", help="see what became of messages")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list messages, newest first")
    show.add_argument("--catalog", help="slug of one catalog")
    show.add_argument("--state", help="queued, accepted, held, failed and so on")
    show.add_argument("--limit", type=int, default=50, help="at most so many")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=run_list)
    sums = acts.add_parser("sums", help="count messages by state")
    sums.add_argument("--catalog", help="slug of one catalog")
    sums.add_argument("--json", action="store_true", help="for programs")
    sums.set_defaults(run=run_sums)


def run_list(arguments: argparse.Namespace) -> int:
    """List messages with their state and reason."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    messages = operator.messages(slug=arguments.catalog or "", state=arguments.state or "")
    rows = [
        {
            "id": str(message.pk),
            "kind": message.notification.kind,
            "to": message.address,
            "state": message.state,
            "attempts": str(message.attempt),
            "due": message.due_at.isoformat(timespec="minutes"),
            "reason": message.reason_code,
        }
        for message in messages[: arguments.limit]
    ]
    print(as_json(rows) if arguments.json else table(COLUMNS, rows))
    return 0


def run_sums(arguments: argparse.Namespace) -> int:
    """Count messages by state."""
    start_django()
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    counted = operator.message_sums(slug=arguments.catalog or "")
    rows = [{"state": state, "messages": str(count)} for state, count in counted]
    print(as_json(rows) if arguments.json else table(("state", "messages"), rows))
    return 0
