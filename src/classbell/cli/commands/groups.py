"""``classbell groups``: sessions of a course that are taken together."""

from __future__ import annotations

import argparse
from dataclasses import replace

from classbell.cli import shown
from classbell.cli.arguments import add_catalog, add_json, moment_or_none, number_or_none, stated
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import DONE
from classbell.cli.finding import catalog_named, course_named, group_named
from classbell.cli.framework import start_django
from classbell.cli.output import tell

COLUMNS = ("code", "title", "seats", "enrolment_deadline")
FIELDS = ("title", "seats", "enrolment_deadline")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("groups", help="see and change sessions that are taken together")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list the groups of a course")
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="show one group")
    show.set_defaults(run=run_show)
    add = acts.add_parser("add", help="add a group; sessions are put into it by their --group")
    add.add_argument("code", help="unique in the course")
    add.set_defaults(run=run_add)
    change = acts.add_parser("change", help="change a group; what is not named stays")
    change.set_defaults(run=run_change)
    remove = acts.add_parser("remove", help="remove a group that has no sessions")
    remove.set_defaults(run=run_remove)
    for act in (show, change, remove):
        act.add_argument("group", help="code or id of the group")
    for act in (add, change):
        _add_fields(act, title_needed=act is add)
    for act in (listing, show, add, change, remove):
        add_catalog(act)
        act.add_argument("--course", required=True, help="code or id of its course")
    add_json(listing, show, add, change, remove)


def _add_fields(parser: argparse.ArgumentParser, *, title_needed: bool) -> None:
    unsaid = argparse.SUPPRESS
    parser.add_argument("--title", required=title_needed, default=unsaid, help="name people read")
    parser.add_argument(
        "--seats", type=number_or_none, default=unsaid, help="most learners, or none for no limit"
    )
    parser.add_argument(
        "--enrolment-deadline",
        type=moment_or_none,
        default=unsaid,
        metavar="TIME",
        help="with its offset, such as 2027-02-03T09:00+01:00, or none",
    )


def run_list(arguments: argparse.Namespace) -> int:
    """List groups in the order in which they were added."""
    start_django()
    from classbell.storage.models import SessionGroup  # noqa: PLC0415 -- needs Django's settings

    course = course_named(catalog_named(arguments.catalog), arguments.course)
    rows = SessionGroup.objects.filter(course=course).order_by("created_at", "id")
    tell([shown.group(row) for row in rows], for_programs=arguments.json, columns=COLUMNS)
    return DONE


def run_show(arguments: argparse.Namespace) -> int:
    """Show one group."""
    start_django()
    course = course_named(catalog_named(arguments.catalog), arguments.course)
    tell(shown.group(group_named(course, arguments.group)), for_programs=arguments.json)
    return DONE


def run_add(arguments: argparse.Namespace) -> int:
    """Add a group."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.groups import GroupDetails, create_group  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    made = create_group(
        bootstrap.ports(),
        course=course_named(catalog_named(arguments.catalog), arguments.course),
        code=arguments.code,
        details=GroupDetails(**stated(arguments, FIELDS)),
        actor=OPERATOR,
    )
    tell(shown.group(made), for_programs=arguments.json)
    return DONE


def run_change(arguments: argparse.Namespace) -> int:
    """Change what is named of a group; seats that this adds go to those who wait."""
    start_django()
    from django.db import transaction  # noqa: PLC0415 -- needs Django's settings

    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.domain.courses.groups import GroupDetails, update_group  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.models import Course  # noqa: PLC0415 -- the same

    course = course_named(catalog_named(arguments.catalog), arguments.course)
    with transaction.atomic():
        # What is not named stays as it is now, and not as it was before somebody else's change.
        Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
        group = group_named(course, arguments.group)
        current = GroupDetails(group.title, group.seats, group.enrolment_deadline)
        details = replace(current, **stated(arguments, FIELDS))
        update_group(bootstrap.ports(), group=group, details=details, actor=OPERATOR)
    tell(shown.group(group_named(course, str(group.pk))), for_programs=arguments.json)
    return DONE


def run_remove(arguments: argparse.Namespace) -> int:
    """Remove a group."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.groups import delete_group  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    course = course_named(catalog_named(arguments.catalog), arguments.course)
    group = group_named(course, arguments.group)
    removed = shown.group(group)
    delete_group(bootstrap.ports(), group=group, actor=OPERATOR)
    tell(removed, for_programs=arguments.json)
    return DONE
