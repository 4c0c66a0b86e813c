"""``classbell courses``: courses of a catalog, and how they take people."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from classbell.cli import shown
from classbell.cli.arguments import add_catalog, add_json, moment_or_none, number_or_none, stated
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named, course_named
from classbell.cli.framework import start_django
from classbell.cli.output import tell

if TYPE_CHECKING:
    from classbell.domain.courses.courses import CourseDetails
    from classbell.domain.courses.enrolment_rules import EnrolmentRules

COLUMNS = ("code", "title", "enrolment_type", "seats", "waiting_list", "enrolment_deadline")
TYPES = ("single", "all", "multiple")
FIELDS = ("title", "description", "enrolment_type", "seats", "enrolment_deadline", "waiting_list")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("courses", help="see, add and change courses")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list the courses of a catalog")
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="show one course")
    show.set_defaults(run=run_show)
    add = acts.add_parser("add", help="add a course")
    add.add_argument("code", help="the platform's own short name for it")
    add.set_defaults(run=run_add)
    change = acts.add_parser("change", help="change a course; what is not named stays")
    change.set_defaults(run=run_change)
    for act in (show, change):
        act.add_argument("course", help="code or id of the course")
    for act in (add, change):
        _add_fields(act, title_needed=act is add)
    for act in (listing, show, add, change):
        add_catalog(act)
    add_json(listing, show, add, change)


def _add_fields(parser: argparse.ArgumentParser, *, title_needed: bool) -> None:
    unsaid = argparse.SUPPRESS
    parser.add_argument("--title", required=title_needed, default=unsaid, help="name people read")
    parser.add_argument("--description", default=unsaid, help="plain text")
    parser.add_argument(
        "--enrolment-type", choices=TYPES, default=unsaid, help="to which sessions somebody goes"
    )
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
    parser.add_argument(
        "--waiting-list",
        action=argparse.BooleanOptionalAction,
        default=unsaid,
        help="whether those who find no place may wait for one",
    )


def run_list(arguments: argparse.Namespace) -> int:
    """List courses in the order in which they were added."""
    start_django()
    from classbell.storage.models import Course  # noqa: PLC0415 -- needs Django's settings

    rows = Course.objects.filter(catalog=catalog_named(arguments.catalog))
    found = [shown.course(row) for row in rows.order_by("created_at", "id")]
    tell(found, for_programs=arguments.json, columns=COLUMNS)
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one course."""
    start_django()
    found = course_named(catalog_named(arguments.catalog), arguments.course)
    tell(shown.course(found), for_programs=arguments.json)
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    """Add a course."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.enrolment_rules import open_course  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    details, rules = _described({"description": ""} | stated(arguments, FIELDS))
    made = open_course(
        bootstrap.ports(),
        catalog=catalog_named(arguments.catalog),
        code=arguments.code,
        details=details,
        rules=rules,
        actor=OPERATOR,
    )
    tell(shown.course(made), for_programs=arguments.json)
    return 0


def run_change(arguments: argparse.Namespace) -> int:
    """Change what is named of a course; the entries of its sessions follow."""
    start_django()
    from django.db import transaction  # noqa: PLC0415 -- needs Django's settings

    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.domain.courses.enrolment_rules import revise_course  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.storage.models import Course  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    named = course_named(catalog, arguments.course)
    with transaction.atomic():
        # What is not named stays as it is now, and not as it was before somebody else's change.
        rows = Course.objects.select_related("catalog__organisation")
        course = rows.select_for_update(of=("self",)).get(pk=named.pk)
        current = {name: getattr(course, name) for name in FIELDS}
        details, rules = _described(current | stated(arguments, FIELDS))
        revise_course(
            bootstrap.ports(), course=course, details=details, rules=rules, actor=OPERATOR
        )
    changed = course_named(catalog, str(named.pk))
    tell(shown.course(changed), for_programs=arguments.json)
    return 0


def _described(fields: dict[str, Any]) -> tuple[CourseDetails, EnrolmentRules]:
    """Return a course as the domain takes it; rules that are not said are the usual ones."""
    from classbell.domain.courses.courses import CourseDetails  # noqa: PLC0415 -- see run_add
    from classbell.domain.courses.enrolment_rules import EnrolmentRules  # noqa: PLC0415 -- the same
    from classbell.storage.models import EnrolmentType  # noqa: PLC0415 -- the same

    details = CourseDetails(fields.pop("title"), fields.pop("description"))
    if "enrolment_type" in fields:
        fields["enrolment_type"] = EnrolmentType(fields["enrolment_type"])
    return details, EnrolmentRules(**fields)
