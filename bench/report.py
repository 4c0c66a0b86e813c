"""What a bench has found: printed at once, and kept for the page of figures.

Each part writes one file for each store into `build/bench`, which `bench.page` turns into tables
and plots. With CLASSBELL_BENCH_SHORT set everything is tiny: that proves that a bench runs, and its
figures say nothing.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from classbell.cli.output import progress_bar

RESULTS = Path(__file__).parent.parent / "build" / "bench"
SHORT = "CLASSBELL_BENCH_SHORT"

Size = TypeVar("Size", int, float)


def size(full: Size, short: Size) -> Size:
    """Return how much to measure: the full size, or a tiny one in the short form."""
    return short if os.environ.get(SHORT) else full


def results() -> Path:
    """Return the folder of the results; those of the short form never replace real ones."""
    return RESULTS / "short" if os.environ.get(SHORT) else RESULTS


def store() -> str:
    """Return the store this process measures on."""
    url = os.environ.get("CLASSBELL_DATABASE_URL", "sqlite")
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, what came out, what was wanted and whether that holds."""

    what: str
    measured: str
    target: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A few bars beside each other."""

    name: str
    title: str
    unit: str
    bars: Mapping[str, float]


@dataclass
class Report:
    """Collects what one part finds on one store.

    Args:
        part: name of the module that measures.
        on: the store; that of this process by default, empty where none matters.
    """

    part: str
    on: str = field(default_factory=store)
    rows: list[Row] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    def row(self, what: str, measured: str, target: str = "", *, held: bool | None = None) -> None:
        """Note one line and print it."""
        self.rows.append(Row(what, measured, target, held))
        verdict = {True: "held", False: "NOT HELD", None: ""}[held]
        print(f"{self.on:<10} {what:<70} {measured:>24}   {target} {verdict}", flush=True)

    def plot(self, name: str, title: str, unit: str, bars: Mapping[str, float]) -> None:
        """Note some bars to draw."""
        self.plots.append(Plot(name, title, unit, dict(bars)))

    def save(self) -> None:
        """Write everything down."""
        folder = results()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.part}.{self.on.lower() or 'any'}.json"
        (folder / name).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


__all__ = ["Plot", "Report", "Row", "progress_bar", "results", "size", "store"]
