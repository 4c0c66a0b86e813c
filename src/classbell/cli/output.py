"""Writing rows for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
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


def as_json(value: object) -> str:
    """Write anything JSON-able for programs; dates become ISO texts."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


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
