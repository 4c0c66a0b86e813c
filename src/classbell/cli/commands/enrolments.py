"""``classbell enrolments``: who is in a session; up to 50,000 people in one go."""

from __future__ import annotations

import argparse
import sys

from classbell.cli import shown
from classbell.cli.arguments import add_catalog, add_json, add_people, people_given
from classbell.cli.commands import enrolments_attendance
from classbell.cli.commands.serve import Commands
from classbell.cli.exit_codes import DONE, NOT_SO
from classbell.cli.finding import catalog_named, session_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, progress_bar, table, text

COLUMNS = ("name", "address", "state", "since", "attendance")
STATES = ("enrolled", "waiting", "cancelled")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("enrolments", help="see who is in a session, enrol and unenrol")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list who has a place, waits for one, or had one")
    listing.add_argument("--state", choices=STATES, help="only those")
    listing.set_defaults(run=run_list)
    add = acts.add_parser("add", help="enrol people, all or none of them")
    add.set_defaults(run=run_add)
    remove = acts.add_parser("remove", help="take people's places back")
    remove.set_defaults(run=run_remove)
    for act in (listing, add, remove):
        add_catalog(act)
        act.add_argument("--session", required=True, help="code or id of the session")
    for act in (add, remove):
        add_people(act)
    add_json(listing, add, remove)
    enrolments_attendance.add_to(acts)


def run_list(arguments: argparse.Namespace) -> int:
    """List enrolments in the order in which they were made."""
    start_django()
    from classbell.storage.models import Enrolment  # noqa: PLC0415 -- needs Django's settings

    session = session_named(catalog_named(arguments.catalog), arguments.session)
    rows = Enrolment.objects.filter(session=session).select_related("person")
    if arguments.state:
        rows = rows.filter(state=arguments.state)
    ordered = list(rows.order_by("created_at", "id"))
    if arguments.json:
        print(as_json([shown.enrolment(row) for row in ordered]))
        return DONE
    # For people the person's name and address stand in columns of their own.
    flat = [shown.enrolment(row) | shown.person(row.person) for row in ordered]
    print(table(COLUMNS, [{name: text(row[name]) for name in COLUMNS} for row in flat]))
    return DONE


def run_add(arguments: argparse.Namespace) -> int:
    """Enrol people; addresses that are new become people."""
    start_django()
    from django.db import transaction  # noqa: PLC0415 -- needs Django's settings

    from classbell import bootstrap  # noqa: PLC0415 -- the same
    from classbell.domain.courses.enrol import enrol  # noqa: PLC0415 -- the same
    from classbell.domain.organisations import many_people  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same

    catalog, ports = catalog_named(arguments.catalog), bootstrap.ports()
    session, given = session_named(catalog, arguments.session), people_given(arguments)
    known, draw = many_people.look_up(catalog.organisation, given), progress_bar(sys.stderr)
    with transaction.atomic():
        people = many_people.people_given(
            ports, catalog.organisation, given, known=known, progress=draw
        )
        found = enrol(ports, session=session, people=people, actor=OPERATOR, progress=draw)
    counts = {
        "enrolled": len(found.new),
        "already": len(found.already),
        "waiting": len(found.waiting),
    }
    if arguments.json:
        print(as_json(counts))
    else:
        print(
            f"{counts['enrolled']} enrolled in {session.title}, {counts['already']} were already, "
            f"{counts['waiting']} wait for a place."
        )
    return DONE


def run_remove(arguments: argparse.Namespace) -> int:
    """Take places back, in batches; 1 where somebody named had none."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.courses.enrol import unenrol  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.audit import OPERATOR  # noqa: PLC0415 -- the same
    from classbell.domain.organisations.many_people import BATCH, look_up  # noqa: PLC0415 -- the same

    catalog, ports = catalog_named(arguments.catalog), bootstrap.ports()
    session, given = session_named(catalog, arguments.session), people_given(arguments)
    people = list(look_up(catalog.organisation, given).by_key.values())
    removed, draw = 0, progress_bar(sys.stderr)
    for begin in range(0, len(people), BATCH):
        some = people[begin : begin + BATCH]
        removed += len(unenrol(ports, session=session, people=some, actor=OPERATOR))
        draw("people", begin + len(some), len(people))
    named = {one.address.strip().casefold() for one in given}
    counts = {"removed": removed, "had_no_place": len(named) - removed}
    if arguments.json:
        print(as_json(counts))
    else:
        print(f"{counts['removed']} taken out, {counts['had_no_place']} had no place.")
    return NOT_SO if counts["had_no_place"] else DONE
