"""``classbell rooms``: rooms that a catalog offers, and when they are free."""

from __future__ import annotations

import argparse
from datetime import timedelta

from classbell.cli import shown
from classbell.cli.arguments import add_catalog, add_json, moment
from classbell.cli.commands.serve import Commands
from classbell.cli.finding import catalog_named
from classbell.cli.framework import start_django
from classbell.cli.output import as_json, table, tell, text
from classbell.ports.errors import InvalidInput

COLUMNS = ("address", "name", "building", "floor", "city", "capacity", "features")
FREE = ("availability", "address", "name", "building", "capacity", "reason")
LONGEST = timedelta(days=14)
"""As in the REST API."""


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("rooms", help="see rooms, and when they are free")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list the rooms that a catalog offers")
    listing.set_defaults(run=run_list)
    free = acts.add_parser("free", help="ask Microsoft which rooms are free in a time")
    free.add_argument("--from", dest="begin", type=moment, required=True, help="with its offset")
    free.add_argument("--to", type=moment, required=True, help="at most 14 days later")
    free.add_argument("--seats", type=int, help="at least so many")
    free.set_defaults(run=run_free)
    for act in (listing, free):
        add_catalog(act)
    add_json(listing, free)


def run_list(arguments: argparse.Namespace) -> int:
    """List rooms as last listed by Microsoft 365."""
    start_django()
    from classbell.storage.queries.rooms import offered_rooms  # noqa: PLC0415 -- needs Django's settings

    rows = offered_rooms(catalog_named(arguments.catalog)).order_by("address")
    tell([shown.room(row) for row in rows], for_programs=arguments.json, columns=COLUMNS)
    return 0


def run_free(arguments: argparse.Namespace) -> int:
    """Say which rooms are free; free now is no reservation."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.scheduling.rooms import RoomWish, room_choices  # noqa: PLC0415 -- the same

    begin, end = arguments.begin, arguments.to
    if not begin < end <= begin + LONGEST:
        raise InvalidInput(
            "The time must end after it begins, and at most 14 days later.", field="to"
        )
    found = room_choices(
        bootstrap.ports(),
        catalog=catalog_named(arguments.catalog),
        starts_at=begin,
        ends_at=end,
        seats=arguments.seats,
        wish=RoomWish(seats=arguments.seats),
    )
    if arguments.json:
        print(as_json([shown.availability(one) for one in found]))
        return 0
    rows = [shown.room(one.room) | shown.availability(one) for one in found]
    print(table(FREE, [{name: text(row[name]) for name in FREE} for row in rows]))
    return 0
