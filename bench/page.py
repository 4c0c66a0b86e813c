"""Write the figures of `make bench` into the page of benchmarks: `python -m bench.page`.

Each part that `build/bench` has results of gets its section anew, with the day it was measured, and
its plots; the sections of others stay as they were, and so does what people wrote around them.
Nothing of the machine is told but its cores.
"""

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.plots import drawn
from bench.report import RESULTS, Plot
from bench.run import PARTS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"

TITLES = {
    "delivery": "Accepting, expanding, pace",
    "lanes": "A thousand lanes, and some that hang",
    "delivery_log": "From a thousand to a million ledger rows",
    "shared": "A shared kind to 8,000 people",
    "render": "Writing mail",
    "calendar": "Requests for calendars",
    "acs": "The route through Azure Communication Services",
    "workers": "One worker and two",
    "api": "The REST API",
    "idle": "A worker with nothing to do",
    "purge": "Giving up what is old",
    "search": "Finding a person or a session",
    "audit": "The record of acts",
    "today": "Beside what people use today",
    "panel": "Opening the panel",
    "sandbox": "The sandbox",
}
HEADING = "### "
VERDICTS = {True: "held", False: "**not held**", None: ""}


def sections(written: dict[str, str]) -> list[str]:
    """Return all sections in the order of the parts, and draw the plots of those measured.

    Args:
        written: the sections that stand on the page, by their titles.
    """
    made = []
    for part in PARTS:
        found = sorted(RESULTS.glob(f"{part}.*.json"))
        if found:
            made.append(section(part, found))
        elif TITLES[part] in written:
            print(f"{part} was not measured; its section stays.", file=sys.stderr)
            made.append(written[TITLES[part]])
        else:
            print(f"{part} was never measured.", file=sys.stderr)
    return made


def section(part: str, files: Sequence[Path]) -> str:
    """Return the section of one part, from its results on each store, and draw its plots."""
    day = datetime.fromtimestamp(max(one.stat().st_mtime for one in files), UTC).date()
    found = sorted((json.loads(one.read_text()) for one in files), key=_sqlite_first)
    command = f"`python -m bench.run {part}`, {day.isoformat()}, Python {platform.python_version()}"
    made = [f"{HEADING}{TITLES[part]}", "", command, ""]
    made += ["| store | what | measured | target | |", "| --- | --- | --- | --- | --- |"]
    made += [_line(one["on"], row) for one in found for row in one["rows"]]
    made += [_image(Plot(**plot), one["on"].lower()) for one in found for plot in one["plots"]]
    return "\n".join(made)


def standing(text: str) -> dict[str, str]:
    """Return the sections of the figures that stand on a page, by their titles."""
    parts = [HEADING + one.strip() for one in text.split(HEADING)[1:]]
    return {one.splitlines()[0].removeprefix(HEADING): one for one in parts}


def _sqlite_first(found: dict[str, Any]) -> bool:
    return bool(found["on"] == "PostgreSQL")


def _line(store: str, row: dict[str, Any]) -> str:
    verdict = VERDICTS[row["held"]]
    return f"| {store} | {row['what']} | {row['measured']} | {row['target']} | {verdict} |"


def _image(plot: Plot, store: str) -> str:
    part = plot.name if store in plot.name else f"{plot.name}-{store}"
    name = f"bench-{part}.svg"
    (IMAGES / name).write_text(drawn(plot), encoding="utf-8")
    return f"\n![{plot.title}](../images/{name})"


def main() -> None:
    """Write page and plots."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    figures, after = rest.split(END)
    machine = (
        f"{os.cpu_count()} cores, which database, servers and drivers share; SQLite in WAL with "
        "full synchronisation; PostgreSQL without fsync."
    )
    made = "\n\n".join([machine, *sections(standing(figures))])
    PAGE.write_text(f"{before}{BEGIN}{made}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
