"""Write the figures of `make bench` into the page of benchmarks: `python -m bench.page`.

What stands between the two marks of the page is replaced, and the plots beside it; what people
wrote around it stays. Nothing of the machine is told but its cores.
"""

import json
import os
import platform
import sys
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
VERDICTS = {True: "held", False: "**not held**", None: ""}


def sections() -> list[str]:
    """Return the tables, part by part, and draw the plots."""
    made = []
    for part in PARTS:
        found = [json.loads(path.read_text()) for path in sorted(RESULTS.glob(f"{part}.*.json"))]
        if not found:
            print(f"{part} was not measured.", file=sys.stderr)
            continue
        made += ["", f"### {TITLES[part]}", "", f"`python -m bench.run {part}`", ""]
        made += ["| store | what | measured | target | |", "| --- | --- | --- | --- | --- |"]
        made += [
            _line(one["on"], row) for one in sorted(found, key=_sqlite_first) for row in one["rows"]
        ]
        for one in sorted(found, key=_sqlite_first):
            made += [_image(Plot(**plot), one["on"].lower()) for plot in one["plots"]]
    return made


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
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    newest = max(path.stat().st_mtime for path in RESULTS.glob("*.json"))
    day = datetime.fromtimestamp(newest, UTC).date().isoformat()
    measured = (
        f"Measured on {day}: {os.cpu_count()} cores, which database, servers and drivers share; "
        f"Python {platform.python_version()}; SQLite in WAL with full synchronisation; PostgreSQL "
        "without fsync."
    )
    made = "\n".join([BEGIN.rstrip(), measured, *sections(), "", END])
    PAGE.write_text(before + made + after, encoding="utf-8")


if __name__ == "__main__":
    main()
