"""``classbell sessions``: sessions with their room, meeting and invitations."""

from __future__ import annotations

import argparse
import sys

from classbell.cli import shown
from classbell.cli.arguments import add_catalog, add_json
from classbell.cli.commands import sessions_plan, sessions_reconcile
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named, session_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, tell

COLUMNS = (
    "code",
    "starts",
    "time_zone",
    "enrolled",
    "seats",
    "entry",
    "room_address",
    "room_answer",
    "teams",
    "problem",
)


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("sessions", help="see and plan sessions, their rooms and meetings")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list sessions by their start")
    listing.set_defaults(run=run_list)
    write = acts.add_parser("message", help="write to the learners of a session")
    write.add_argument("session", help="code or id of the session")
    write.add_argument("--subject", required=True, help="one line")
    write.add_argument("--text", required=True, help="plain text; - reads standard input")
    write.set_defaults(run=run_message)
    for act in (listing, write):
        add_catalog(act)
    add_json(listing, write)
    sessions_plan.add_to(acts)
    sessions_reconcile.add_to(acts)


def run_list(arguments: argparse.Namespace) -> int:
    """List sessions with what Microsoft 365 says about them."""
    start_django()
    from classbell.domain.scheduling.rooms import answer_of_room  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows: list[dict[str, object]] = []
    for session in operator.sessions_of(catalog_named(arguments.catalog).slug):
        entry = getattr(session, "entry", None)
        rows.append(
            {
                **shown.session(session),
                "enrolled": getattr(session, "taken", 0),
                "entry": entry.state if entry else "",
                "room_answer": answer_of_room(session).value if entry else "",
                "join_url": entry.join_url if entry else "",
                "problem": entry.problem_code if entry else "",
            }
        )
    if not arguments.json:
        # A join link is longer than any terminal is wide.
        rows = [{**row, "teams": "link" if row["join_url"] else ""} for row in rows]
    tell(rows, for_programs=arguments.json, columns=COLUMNS)
    return 0


def run_message(arguments: argparse.Namespace) -> int:
    """Write to everybody enrolled in a session."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.message_learners import message_learners  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    session = session_named(catalog_named(arguments.catalog), arguments.session)
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    notification = message_learners(
        bootstrap.ports(), session=session, subject=arguments.subject, text=text, actor=OPERATOR
    )
    if arguments.json:
        print(as_json(shown.notification(notification)))
        return 0
    print(f"It goes to {notification.audience_size} learners of {session.title}.")
    return 0
