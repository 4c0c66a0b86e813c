"""A chart shows what it is given: heights that compare, and a table that says the same."""

from __future__ import annotations

import pytest

from classbell.web.components.chart import HEIGHT, Chart, Column, Series, round_up

SERIES = (Series("good", "Sent"), Series("bad", "Failed"))


def a_chart(*values: tuple[int, int]) -> Chart:
    columns = tuple(Column(f"Day {at}", pair) for at, pair in enumerate(values))
    return Chart("chart", "Messages", "Day", SERIES, columns)


def test_bars_are_as_high_as_their_share() -> None:
    chart = a_chart((10, 0), (5, 5))
    assert chart.top == 10
    assert [(part.name, part.y, part.height) for part in chart.parts] == [
        ("good", 0.0, 100.0),
        ("good", 50.0, 50.0),
        ("bad", 0.0, 50.0),
    ]


def test_one_among_thousands_is_seen_and_stays_inside() -> None:
    chart = a_chart((10_000, 1), (9_999, 1))
    assert min(part.height for part in chart.parts) > 1
    assert all(0 <= part.y <= HEIGHT for part in chart.parts)


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 5), (7, 10), (11, 20), (1000, 1000), (1001, 2000)],
)
def test_the_scale_ends_at_a_round_figure(value: int, top: int) -> None:
    assert round_up(value) == top


def test_the_table_has_what_the_drawing_has_latest_first() -> None:
    chart = a_chart((1, 0), (0, 0), (2, 3))
    assert [column.label for column in chart.shown] == ["Day 2", "Day 0"]
    assert chart.totals == (3, 3)


def test_nothing_is_drawn_of_nothing() -> None:
    chart = a_chart((0, 0))
    assert chart.parts == []
    assert chart.shown == ()
