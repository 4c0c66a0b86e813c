"""``classbell enrolments attendance``: who attended a session, and how much of it."""

from __future__ import annotations

import argparse
import csv
from dataclasses import asdict
from typing import TYPE_CHECKING

from classbell.cli.arguments import NOTHING, add_catalog, add_json, people_given, whole_text
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import DONE, NOT_SO
from classbell.cli.finding import catalog_named, session_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json
from classbell.ports.errors import InvalidInput

if TYPE_CHECKING:
    from classbell.domain.courses.attendance_of_many import Mark

ABOUT_FILE = "CSV with the columns address and attendance; - reads standard input"


def add_to(acts: Commands[argparse.ArgumentParser]) -> None:
    """Add the act to the parser of ``classbell enrolments``."""
    parser = acts.add_parser("attendance", help="say how much of a session people attended")
    parser.set_defaults(run=run)
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS", help="of somebody")
    parser.add_argument(
        "--share",
        type=_share,
        default=100,
        metavar="PERCENT",
        help=f"of those on the line, 100 if not said; {NOTHING} takes back what was said",
    )
    parser.add_argument("--file", metavar="FILE", help=ABOUT_FILE)
    add_catalog(parser)
    parser.add_argument("--session", required=True, help="code or id of the session")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write down who attended; 1 where somebody named has no place."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.attendance_of_many import look_up_marks, record_marks  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog = catalog_named(arguments.catalog)
    session = session_named(catalog, arguments.session)
    marks = look_up_marks(catalog.organisation, _marks(arguments))
    found = record_marks(bootstrap.ports(), session=session, marks=marks, actor=OPERATOR)
    if arguments.json:
        print(as_json(asdict(found)))
    else:
        print(
            f"{found.recorded} recorded in {session.title}, {found.already} were already, "
            f"{found.no_place} have no place."
        )
    return NOT_SO if found.no_place else DONE


def _marks(arguments: argparse.Namespace) -> list[Mark]:
    """Return what is said of whom, on the line and in the file."""
    from classbell.domain.courses.attendance_of_many import Mark  # noqa: PLC0415 -- see run
    from classbell.domain.organisations.many_people import Given  # noqa: PLC0415 -- the same

    marks = []
    if arguments.addresses or not arguments.file:
        line = argparse.Namespace(addresses=arguments.addresses, file="")
        marks = [Mark(one, arguments.share) for one in people_given(line)]
    if not arguments.file:
        return marks
    rows = csv.DictReader(whole_text(arguments.file).splitlines(), restval="")
    head = [name.strip().casefold() for name in rows.fieldnames or ()]
    if not {"address", "attendance"} <= set(head):
        raise InvalidInput(
            f"{arguments.file} has not the columns address and attendance.",
            remedy="Write them into its first line.",
        )
    rows.fieldnames = head
    for row in rows:
        try:
            share = _share(row["attendance"].strip() or NOTHING)
        except argparse.ArgumentTypeError as cause:
            raise InvalidInput(
                f"Line {rows.line_num}: {cause}.", meaning="Nothing was saved."
            ) from cause
        marks.append(Mark(Given(address=row["address"].strip()), share))
    return marks


def _share(word: str) -> int | None:
    """Read a share in per cent, or ``none``, for argparse."""
    if word == NOTHING:
        return None
    if not word.isdecimal() or int(word) > 100:  # noqa: PLR2004 -- the whole, in per cent
        message = f"{word} is no whole number from 0 to 100, nor «{NOTHING}»"
        raise argparse.ArgumentTypeError(message)
    return int(word)
