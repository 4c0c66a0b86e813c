"""``classbell sessions``: sessions with their room, meeting and invitations."""

from __future__ import annotations

import argparse
import sys

from classbell.cli.commands import sessions_reconcile
from classbell.cli.commands.serve import Commands
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table
from classbell.ports.errors import NotFoundHere

COLUMNS = (
    "code",
    "start",
    "zone",
    "enrolled",
    "seats",
    "entry",
    "room",
    "answer",
    "teams",
    "problem",
)


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("sessions", help="see sessions, their rooms and meetings")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    show = acts.add_parser("list", help="list sessions by their start")
    show.add_argument("--catalog", required=True, help="slug of the catalog")
    show.add_argument("--json", action="store_true", help="for programs")
    show.set_defaults(run=run_list)
    write = acts.add_parser("message", help="write to the learners of a session")
    write.add_argument("session", help="code of the session")
    write.add_argument("--catalog", required=True, help="slug of the catalog")
    write.add_argument("--subject", required=True, help="one line")
    write.add_argument("--text", required=True, help="plain text; - reads standard input")
    write.set_defaults(run=run_message)
    sessions_reconcile.add_to(acts)


def run_list(arguments: argparse.Namespace) -> int:
    """List sessions with what Microsoft 365 says about them."""
    start_django()
    from classbell.domain.scheduling.rooms import answer_of_room  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- needs Django's settings

    rows = []
    for session in operator.sessions_of(arguments.catalog):
        entry = getattr(session, "entry", None)
        rows.append(
            {
                "code": session.code,
                "start": session.starts_at.isoformat(timespec="minutes"),
                "zone": session.time_zone,
                "enrolled": str(getattr(session, "taken", 0)),
                "seats": str(session.seats or ""),
                "entry": entry.state if entry else "",
                "room": session.room_address,
                "answer": answer_of_room(session).value if entry else "",
                "teams": entry.join_url if entry else "",
                "problem": entry.problem_code if entry else "",
            }
        )
    if arguments.json:
        print(as_json(rows))
    else:
        print(table(COLUMNS, [{**row, "teams": "link" if row["teams"] else ""} for row in rows]))
    return 0


def run_message(arguments: argparse.Namespace) -> int:
    """Write to everybody enrolled in a session."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.message_learners import message_learners  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.queries import operator  # noqa: PLC0415 -- the same

    session = operator.session_of(arguments.catalog, arguments.session)
    if session is None:
        raise NotFoundHere(
            f"There is no session {arguments.session} in the catalog {arguments.catalog}.",
            remedy=f"See: classbell sessions list --catalog {arguments.catalog}",
        )
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    notification = message_learners(
        bootstrap.ports(), session=session, subject=arguments.subject, text=text, actor=OPERATOR
    )
    print(f"It goes to {notification.audience_size} learners of {session.title}.")
    return 0
