"""Wall time and zone into UTC: gaps refused, overlaps resolved and said, all else exact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbell.domain.courses.times import (
    TimeDoesNotExist,
    moment_of,
    similar_zones,
    wall_time,
    zone_names,
    zone_of,
)
from classbell.ports.errors import InvalidInput

ZONES = st.sampled_from(sorted(zone_names()))
WALLS = st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30))  # noqa: DTZ001 -- wall time


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def gap_around(when: datetime, zone: str) -> TimeDoesNotExist | None:
    try:
        moment_of(when, zone)
    except TimeDoesNotExist as gap:
        return gap
    return None


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-12-01T09:00", "Europe/Copenhagen", "2026-12-01T08:00"),
        ("2026-07-01T09:00", "Europe/Copenhagen", "2026-07-01T07:00"),
        ("2026-12-01T09:00", "Asia/Kolkata", "2026-12-01T03:30"),
        ("2026-12-01T09:00", "America/New_York", "2026-12-01T14:00"),
        ("2027-03-28T03:00", "Europe/Copenhagen", "2027-03-28T01:00"),
    ],
)
def test_a_wall_time_means_its_utc_moment(text: str, zone: str, utc: str) -> None:
    moment = moment_of(wall(text), zone)
    assert moment.utc == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert not moment.note


@pytest.mark.parametrize(
    ("text", "zone", "earlier", "later"),
    [
        ("2027-03-28T02:30", "Europe/Copenhagen", "2027-03-28T01:59", "2027-03-28T03:00"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04T01:59", "2026-10-04T02:30"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-29T23:59", "2011-12-31T00:00"),
    ],
)
def test_a_skipped_time_is_refused_with_both_neighbours(
    text: str, zone: str, earlier: str, later: str
) -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        moment_of(wall(text), zone)
    assert (refused.value.earlier, refused.value.later) == (wall(earlier), wall(later))
    assert earlier in str(refused.value)
    assert later in str(refused.value)


def test_a_time_that_happens_twice_is_the_first_and_says_so() -> None:
    moment = moment_of(wall("2026-10-25T02:30"), "Europe/Copenhagen")
    assert moment.utc == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "twice" in moment.note
    assert "the first is meant" in moment.note


@given(WALLS, ZONES)
def test_every_wall_time_reads_back_or_lies_in_a_gap_between_two_that_do(
    when: datetime, zone: str
) -> None:
    gap = gap_around(when, zone)
    if gap is None:
        assert wall_time(moment_of(when, zone).utc, zone) == when
        return
    assert gap.earlier < when < gap.later
    for neighbour in (gap.earlier, gap.later):
        assert wall_time(moment_of(neighbour, zone).utc, zone) == neighbour


@given(WALLS, ZONES)
def test_the_first_of_two_occurrences_is_taken(when: datetime, zone: str) -> None:
    if gap_around(when, zone) is not None:
        return
    moment = moment_of(when, zone)
    earlier = (moment.utc - timedelta(minutes=step) for step in range(15, 181, 15))
    assert all(wall_time(other, zone) != when for other in earlier)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Europe/Kopenhagen", "Europe/Copenhagen"),
        ("europe/copenhagen", "Europe/Copenhagen"),
        ("Copenhagen", "Europe/Copenhagen"),
        ("New York", "America/New_York"),
        ("Romance Standard Time", "Europe/Paris"),
    ],
)
def test_an_unknown_zone_is_refused_with_what_was_meant(written: str, meant: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        zone_of(written)
    assert meant in refused.value.remedy


def test_a_zone_nobody_can_guess_gets_an_example_instead() -> None:
    with pytest.raises(InvalidInput) as refused:
        zone_of("Zzyzx")
    assert "Europe/Copenhagen" in refused.value.remedy


@given(st.text())
def test_guessing_a_zone_never_breaks_and_names_real_ones(text: str) -> None:
    assert set(similar_zones(text)) <= zone_names()


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_year_nobody_means_is_refused(year: int) -> None:
    with pytest.raises(InvalidInput):
        moment_of(datetime(year, 6, 1, 12), "UTC")  # noqa: DTZ001 -- wall time
