"""Charts as drawings made on the server: what a page hands over, and where each bar stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

COLUMN = 10.0
"""Width of a column with the gap beside it, in units of the drawing."""
BAR = 7.0
HEIGHT = 100.0
LEAST = 1.5
"""One of ten thousand is seen all the same."""
STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for.

    Attributes:
        name: of its look: ``good``, ``waiting``, ``bad`` or ``quiet``.
        label: what people read.
    """

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One bar.

    Attributes:
        label: what it stands for, such as a day, in the reader's language.
        values: one number for each series, in their order.
    """

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle, in units of the drawing, the origin above and at the start."""

    name: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar for each column, one series upon the other; the same figures as a table.

    Attributes:
        id: names it within the page.
        title: what it shows.
        unit: heading of the first column of the table.
        series: from the ground up.
        columns: from the earliest on.
    """

    id: str
    title: str
    unit: str
    series: tuple[Series, ...]
    columns: tuple[Column, ...]

    @property
    def width(self) -> float:
        """Width of the drawing."""
        return COLUMN * max(len(self.columns), 1)

    @property
    def top(self) -> int:
        """The figure at the upper edge: 1, 2 or 5 with noughts, and at least the highest bar."""
        return round_up(max((sum(one.values) for one in self.columns), default=0))

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of each series."""
        return tuple(sum(one.values[at] for one in self.columns) for at in range(len(self.series)))

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns in which there is anything, latest first: the rows of the table."""
        return tuple(one for one in reversed(self.columns) if any(one.values))

    @property
    def parts(self) -> list[Part]:
        """Every rectangle, column by column."""
        return [part for at, one in enumerate(self.columns) for part in self._bar(at, one.values)]

    def _bar(self, at: int, values: Sequence[int]) -> list[Part]:
        ground, parts = HEIGHT, []
        for series, value in zip(self.series, values, strict=True):
            if not value:
                continue
            height = max(value / self.top * HEIGHT, LEAST)
            # The least heights may add up to more than there is room for.
            ground = max(ground - height, 0.0)
            x = at * COLUMN + (COLUMN - BAR) / 2
            parts.append(Part(series.name, round(x, 2), round(ground, 2), round(height, 2)))
        return parts


def round_up(value: int) -> int:
    """Return the lowest of 1, 2, 5, 10, 20, 50, … that is not below a value; 1 for nothing."""
    if value <= 1:
        return 1
    power = int(10 ** floor(log10(value)))
    return next(step * power for step in STEPS if step * power >= value)
