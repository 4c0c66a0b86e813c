"""Words that many commands take, and how they are read."""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classbell.ports.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from classbell.domain.organisations.many_people import Given

KEY_LENGTH = 255
STANDARD_INPUT = "-"
NOTHING = "none"
"""What takes a value away where it is given for it."""


def add_catalog(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Let a command name its catalog; shells offer those that there are."""
    parser.add_argument("--catalog", required=required, help="slug of the catalog")


def add_json(*parsers: argparse.ArgumentParser) -> None:
    """Let commands write for programs."""
    for parser in parsers:
        parser.add_argument("--json", action="store_true", help="for programs")


def add_people(parser: argparse.ArgumentParser) -> None:
    """Let a command name people, one by one or in a file."""
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS", help="of somebody")
    parser.add_argument(
        "--file",
        metavar="FILE",
        help="CSV with a column address, and name if you like, or an address a line; - reads "
        "standard input",
    )


def people_given(arguments: argparse.Namespace) -> list[Given]:
    """Return the people that a command names.

    Raises:
        InvalidInput: it names nobody, or the file cannot be read.
    """
    from classbell.domain.organisations.many_people import Given  # noqa: PLC0415 -- needs Django's settings

    given = [Given(address=one) for one in arguments.addresses]
    if arguments.file:
        given += _people_in(whole_text(arguments.file))
    if not given:
        raise InvalidInput("Nobody is named.", remedy="Give addresses, or --file.")
    return given


def whole_text(name: str) -> str:
    """Return what a file says, or standard input for ``-``.

    Raises:
        InvalidInput: it cannot be read.
    """
    if name == STANDARD_INPUT:
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise InvalidInput(
            f"{name} cannot be read: {cause}.", remedy="Check the path; the file must be UTF-8."
        ) from cause


def moment(word: str) -> datetime:
    """Read a moment with its offset from UTC, for argparse."""
    found = _time(word)
    if found.tzinfo is None:
        message = f"{word} has no offset from UTC; write 2027-02-03T09:00+01:00"
        raise argparse.ArgumentTypeError(message)
    return found.astimezone(UTC)


def wall_time(word: str) -> datetime:
    """Read what clocks show, for argparse."""
    found = _time(word)
    if found.tzinfo is not None:
        message = f"{word} has an offset; write what clocks show, 2027-02-03T09:00"
        raise argparse.ArgumentTypeError(message)
    return found


def number_or_none(word: str) -> int | None:
    """Read a whole number of at least 1, or ``none``, for argparse."""
    if word == NOTHING:
        return None
    if not word.isdecimal() or int(word) < 1:
        message = f"{word} is no whole number from 1 on, nor «{NOTHING}»"
        raise argparse.ArgumentTypeError(message)
    return int(word)


def wall_time_or_none(word: str) -> datetime | None:
    """Read what clocks show, or ``none``, for argparse."""
    return None if word == NOTHING else wall_time(word)


def moment_or_none(word: str) -> datetime | None:
    """Read a moment with its offset, or ``none``, for argparse."""
    return None if word == NOTHING else moment(word)


def idempotency_key(word: str) -> str:
    """Read a key by which a repeated act is known, for argparse."""
    if not 0 < len(word) <= KEY_LENGTH or not word.isprintable():
        message = f"a key has 1 to {KEY_LENGTH} visible characters"
        raise argparse.ArgumentTypeError(message)
    return word


def stated(arguments: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return what was said on the line of some options; they default to ``argparse.SUPPRESS``."""
    return {name: getattr(arguments, name) for name in names if hasattr(arguments, name)}


def _time(word: str) -> datetime:
    try:
        return datetime.fromisoformat(word)
    except ValueError as cause:
        message = f"{word} is no time; write 2027-02-03T09:00"
        raise argparse.ArgumentTypeError(message) from cause


def _people_in(text: str) -> list[Given]:
    """Read people from CSV with a headline, or from lines of an address each."""
    from classbell.domain.organisations.many_people import Given  # noqa: PLC0415 -- see people_given

    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    head = [name.strip().casefold() for name in next(csv.reader(lines[:1]))]
    if "address" not in head:
        return [Given(address=line.strip()) for line in lines]
    rows = csv.DictReader(lines[1:], fieldnames=head, restval="")
    return [Given(address=row["address"].strip(), name=row.get("name", "").strip()) for row in rows]
