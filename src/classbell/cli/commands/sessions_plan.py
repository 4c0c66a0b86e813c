"""``classbell sessions show``, ``add``, ``change``, ``publish`` and ``cancel``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from classbell.cli import shown
from classbell.cli.arguments import (
    NOTHING,
    add_catalog,
    add_json,
    number_or_none,
    stated,
    wall_time,
    wall_time_or_none,
)
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named, course_named, group_named, session_named
from classbell.cli.framework import start_django
from classbell.cli.output import tell

if TYPE_CHECKING:
    from types import EllipsisType

    from classbell.storage.models import Catalog, Course, CourseSession, Person, SessionGroup

NEEDED = ("title", "starts", "ends", "time_zone")
TEXTS = ("description", "room_address", "place", "meeting_url")
SWITCHES = ("teams_meeting", "published")
FIELDS = (*NEEDED, *TEXTS, *SWITCHES, "seats", "enrolment_deadline")
ABOUT = {
    "title": "name people read",
    "starts": "what clocks show there, such as 2027-02-03T09:00",
    "ends": "what clocks show there",
    "time_zone": "IANA name, such as Europe/Copenhagen",
    "description": "plain text",
    "room_address": "mailbox of a room",
    "place": "free text, instead of a room",
    "meeting_url": "https link to a meeting that is not of Teams",
    "teams_meeting": "whether Microsoft Teams is used",
    "published": "whether people see it; a draft has no entry and tells nobody",
}


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the acts to the parser of ``classbell sessions``."""
    show = acts.add_parser("show", help="show one session")
    show.set_defaults(run=run_show)
    add = acts.add_parser("add", help="add a session; room, Teams and invitations follow")
    add.add_argument("code", help="unique in the catalog")
    add.add_argument("--course", required=True, help="code or id of its course")
    add.set_defaults(run=run_add)
    change = acts.add_parser("change", help="change a session; what is not named stays")
    change.set_defaults(run=run_change)
    publish = acts.add_parser("publish", help="publish a draft; twice is once")
    publish.set_defaults(run=run_publish)
    cancel = acts.add_parser("cancel", help="cancel a session; Outlook tells everybody")
    cancel.add_argument("--message", default="", help="why, for those who are told")
    cancel.set_defaults(run=run_cancel)
    for act in (show, change, publish, cancel):
        act.add_argument("session", help="code or id of the session")
    for act in (add, change):
        _add_fields(act, needed=NEEDED if act is add else ())
    for act in (show, add, change, publish, cancel):
        add_catalog(act)
    add_json(show, add, change, publish, cancel)


def _add_fields(parser: argparse.ArgumentParser, *, needed: Sequence[str]) -> None:
    unsaid: Any = argparse.SUPPRESS
    for name in (*NEEDED, *TEXTS):
        parser.add_argument(
            _option(name),
            required=name in needed,
            default=unsaid,
            type=wall_time if name in {"starts", "ends"} else str,
            help=ABOUT[name],
        )
    for name in SWITCHES:
        parser.add_argument(
            _option(name), action=argparse.BooleanOptionalAction, default=unsaid, help=ABOUT[name]
        )
    parser.add_argument(
        "--seats", type=number_or_none, default=unsaid, help="most learners, or none for no limit"
    )
    parser.add_argument(
        "--enrolment-deadline",
        type=wall_time_or_none,
        default=unsaid,
        metavar="TIME",
        help="what clocks show there, or none",
    )
    parser.add_argument(
        "--group", metavar="GROUP", help=f"code of the group it is taken with, or {NOTHING}"
    )
    parser.add_argument(
        "--instructor",
        action="append",
        metavar="ADDRESS",
        help=f"who teaches it; may be repeated, and {NOTHING} is for nobody",
    )


def run_show(arguments: argparse.Namespace) -> int:
    """Show one session."""
    start_django()
    found = session_named(catalog_named(arguments.catalog), arguments.session)
    tell(shown.session(found), for_programs=arguments.json)
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    """Add a session."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.session_details import SessionDetails  # noqa: PLC0415 -- the same
    from classbell.domain.courses.sessions import create_session  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    course = course_named(catalog, arguments.course)
    saved = create_session(
        bootstrap.ports(),
        course=course,
        code=arguments.code,
        details=SessionDetails(**stated(arguments, FIELDS)),
        actor=OPERATOR,
        instructors=_instructors(catalog, arguments.instructor) or (),
        group=None if arguments.group in {None, NOTHING} else group_named(course, arguments.group),
    )
    _tell(arguments, catalog, saved.session, saved.notes)
    return 0


def run_change(arguments: argparse.Namespace) -> int:
    """Change what is named of a session; people are told what matters to them."""
    start_django()
    from django.db import transaction  # noqa: PLC0415 -- needs Django's settings

    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.domain.courses.session_details import details_of  # noqa: PLC0415 -- the same
    from classbell.domain.courses.session_rows import lock_session  # noqa: PLC0415 -- the same
    from classbell.domain.courses.sessions import update_session  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    named = session_named(catalog, arguments.session)
    with transaction.atomic():
        # What is not named stays as it is now, and not as it was before somebody else's change.
        session = lock_session(named.pk)
        saved = update_session(
            bootstrap.ports(),
            session=session,
            details=replace(details_of(session), **stated(arguments, FIELDS)),
            actor=OPERATOR,
            instructors=_instructors(catalog, arguments.instructor),
            group=_group(session.course, arguments.group),
        )
    _tell(arguments, catalog, saved.session, saved.notes)
    return 0


def run_publish(arguments: argparse.Namespace) -> int:
    """Publish a draft."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.drafts import publish_session  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    session = session_named(catalog, arguments.session)
    publish_session(bootstrap.ports(), session=session, actor=OPERATOR)
    _tell(arguments, catalog, session)
    return 0


def run_cancel(arguments: argparse.Namespace) -> int:
    """Cancel a session; twice is once."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.sessions import cancel_session  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    session = session_named(catalog, arguments.session)
    cancel_session(bootstrap.ports(), session=session, actor=OPERATOR, message=arguments.message)
    _tell(arguments, catalog, session)
    return 0


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _instructors(catalog: Catalog, named: Sequence[str] | None) -> list[Person] | None:
    """Return who teaches it; None where nothing is said of that."""
    from classbell import bootstrap  # noqa: PLC0415 -- see run_add
    from classbell.domain.organisations.many_people import Given, people_given  # noqa: PLC0415 -- the same

    if named is None:
        return None
    given = [Given(address=one) for one in named if one != NOTHING]
    return people_given(bootstrap.ports(), catalog.organisation, given)


def _group(course: Course, named: str | None) -> SessionGroup | EllipsisType | None:
    """Return with which group it is taken; ``...`` where nothing is said of that."""
    if named is None:
        return ...
    return None if named == NOTHING else group_named(course, named)


def _tell(
    arguments: argparse.Namespace,
    catalog: Catalog,
    session: CourseSession,
    notes: Sequence[str] = (),
) -> None:
    """Show a session as it is now."""
    current = session_named(catalog, str(session.pk))
    tell(shown.session(current, notes), for_programs=arguments.json)
