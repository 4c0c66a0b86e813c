"""``classbell notifications``: writing to people or a session's learners, and following it."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from classbell.cli import shown
from classbell.cli.arguments import (
    add_catalog,
    add_json,
    add_people,
    idempotency_key,
    people_given,
    whole_text,
)
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import DONE, NOT_SO
from classbell.cli.finding import catalog_named, notification_named, session_named
from classbell.cli.framework import start_django
from classbell.cli.output import progress_bar, tell
from classbell.ports.errors import InvalidInput

if TYPE_CHECKING:
    from classbell.storage.models import Catalog, Notification

COLUMNS = ("id", "kind", "people", "created_at", "expires_at")
LOOK_SECONDS = 1.0
"""Between two looks at how far a notification has come."""


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("notifications", help="write to people, and follow what is told")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    send = acts.add_parser("send", help="write the same to people, or to a session's learners")
    send.add_argument("--session", help="code or id of a session, instead of people")
    add_people(send)
    send.add_argument("--subject", required=True, help="one line")
    said = send.add_mutually_exclusive_group(required=True)
    said.add_argument("--text", help="plain text")
    said.add_argument("--text-file", metavar="FILE", help="where the text is; - is standard input")
    send.add_argument(
        "--idempotency-key",
        metavar="KEY",
        type=idempotency_key,
        help="of your own making; the same command under the same key sends nothing twice",
    )
    send.add_argument("--follow", action="store_true", help="stay until all of it went out")
    send.set_defaults(run=run_send)
    listing = acts.add_parser("list", help="list what was told, newest first")
    listing.add_argument("--kind", default="", help="such as enrolment_confirmed")
    listing.add_argument("--limit", type=int, default=50, help="at most so many")
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="say how far a notification has come")
    show.set_defaults(run=run_show)
    follow = acts.add_parser("follow", help="stay until nothing of it waits any more")
    follow.set_defaults(run=run_follow)
    for act in (show, follow):
        act.add_argument("notification", type=UUID, help="id, as the list names it")
    for act in (send, follow):
        act.add_argument(
            "--seconds", type=float, metavar="N", help="follow for so long; for ever by default"
        )
    for act in (send, listing, show, follow):
        add_catalog(act)
    add_json(send, listing, show, follow)


def run_send(arguments: argparse.Namespace) -> int:
    """Write to somebody; with ``--follow``, 1 where it did not reach everybody."""
    start_django()
    catalog = catalog_named(arguments.catalog)
    text = arguments.text if arguments.text_file is None else whole_text(arguments.text_file)
    sent = _written(catalog, arguments, text)
    if arguments.follow:
        return _follow(sent, arguments)
    tell(shown.notification(sent), for_programs=arguments.json)
    return DONE


def run_list(arguments: argparse.Namespace) -> int:
    """List what was told in a catalog."""
    start_django()
    from classbell.storage.models import Notification  # noqa: PLC0415 -- needs Django's settings

    rows = Notification.objects.filter(catalog=catalog_named(arguments.catalog)).defer("audience")
    if arguments.kind:
        rows = rows.filter(kind=arguments.kind)
    newest = rows.order_by("-created_at", "-id")[: max(arguments.limit, 1)]
    found = [shown.notification(row) for row in newest]
    tell(found, for_programs=arguments.json, columns=COLUMNS)
    return DONE


def run_show(arguments: argparse.Namespace) -> int:
    """Say how far a notification has come."""
    start_django()
    found = notification_named(catalog_named(arguments.catalog), arguments.notification)
    tell(shown.progress(found), for_programs=arguments.json)
    return DONE


def run_follow(arguments: argparse.Namespace) -> int:
    """Draw how far it has come until nothing waits; 1 where it did not reach everybody."""
    start_django()
    catalog = catalog_named(arguments.catalog)
    return _follow(notification_named(catalog, arguments.notification), arguments)


def _written(catalog: Catalog, arguments: argparse.Namespace, text: str) -> Notification:
    """Write the notification down; workers send it."""
    from classbell import bootstrap  # noqa: PLC0415 -- see run_send
    from classbell.domain.courses.message_learners import ONCE, message_learners  # noqa: PLC0415 -- the same
    from classbell.domain.notifications.write_to_people import (  # noqa: PLC0415 -- the same
        key_reused,
        write_to_people,
    )
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.many_people import (  # noqa: PLC0415 -- the same
        people_given as made_known,
    )

    ports, key = bootstrap.ports(), arguments.idempotency_key
    # A key becomes the notification's id, so it holds for as long as the notification is kept.
    once = uuid5(catalog.pk, key) if key else None
    if arguments.session is None:
        people = made_known(ports, catalog.organisation, people_given(arguments))
        return write_to_people(
            ports,
            catalog=catalog,
            people=people,
            subject=arguments.subject,
            text=text,
            actor=OPERATOR,
            once=once,
        )
    if arguments.addresses or arguments.file:
        raise InvalidInput(
            "Both people and a session are named.",
            meaning="Nothing is sent.",
            remedy="Name either --session or people.",
        )
    session = session_named(catalog, arguments.session)
    try:
        return message_learners(
            ports,
            session=session,
            subject=arguments.subject,
            text=text,
            actor=OPERATOR,
            once=once,
        )
    except InvalidInput as cause:
        raise (key_reused() if cause.field == ONCE else cause) from cause


def _follow(notification: Notification, arguments: argparse.Namespace) -> int:
    """Look again and again until nothing waits, or the time is over."""
    draw, begun = progress_bar(sys.stderr), time.monotonic()
    while True:
        found = shown.progress(notification)
        people, waiting = notification.audience_size, int(str(found["waiting"]))
        draw("people", people - waiting, people)
        over = arguments.seconds is not None and time.monotonic() - begun >= arguments.seconds
        if waiting == 0 or over:
            break
        time.sleep(LOOK_SECONDS)
    tell(found, for_programs=arguments.json)
    return DONE if found["sent"] == people else NOT_SO
