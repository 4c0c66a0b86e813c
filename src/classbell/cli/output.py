"""Writing rows for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TextIO

BAR_WIDTH = 30


def table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Write rows as columns of equal width, a headline first.

    Args:
        columns: keys of the rows, in order.
        rows: texts by key.
    """
    widths = [max([len(name), *(len(row[name]) for row in rows)]) for name in columns]
    lines = ["  ".join(name.ljust(width) for name, width in zip(columns, widths, strict=True))]
    lines += [
        "  ".join(row[name].ljust(width) for name, width in zip(columns, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def facts(values: Mapping[str, object]) -> str:
    """Write one thing as lines of a name and a value; what is empty is left out."""
    told = {name: text(value) for name, value in values.items()}
    told = {name: value for name, value in told.items() if value}
    width = max((len(name) for name in told), default=0)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in told.items())


def text(value: object) -> str:
    """Write any value in one cell: moments to the minute, lists with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    if isinstance(value, Mapping):
        told = ((name, text(one)) for name, one in value.items())
        return ", ".join(f"{name}: {one}" for name, one in told if one)
    return str(value)


def tell(
    value: Mapping[str, object] | Sequence[Mapping[str, object]],
    *,
    for_programs: bool,
    columns: Sequence[str] = (),
) -> None:
    """Write what a command has to say to standard output.

    Args:
        value: one thing, or the rows of a list.
        for_programs: whether JSON is wanted.
        columns: what a table shows of each row, for people.
    """
    if for_programs:
        print(as_json(value))
    elif isinstance(value, Mapping):
        print(facts(value))
    else:
        print(table(columns, [{name: text(row[name]) for name in columns} for row in value]))


def as_json(value: object) -> str:
    """Write anything JSON-able for programs; moments become ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_written)


def _written(value: object) -> str:
    """Write what JSON has no form for; moments in UTC end in Z, as in the REST API."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def progress_bar(stream: TextIO) -> Callable[[str, int, int], None]:
    """Return what draws a progress bar, and nothing where nobody watches.

    Args:
        stream: usually standard error, so that standard output stays clean for programs.
    """
    if not stream.isatty():
        return lambda _what, _done, _total: None

    def draw(what: str, done: int, total: int) -> None:
        filled = BAR_WIDTH * done // max(total, 1)
        bar = "█" * filled + "·" * (BAR_WIDTH - filled)
        end = "\n" if done >= total else ""
        stream.write(f"\r{what:<12} {bar} {done}/{total}{end}")
        stream.flush()

    return draw
