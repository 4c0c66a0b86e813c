"""When reminders go out: wall time of the session's own zone, never after its start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from classbell.domain.notifications.reminders.times import GRACE, day_of, due, following, moments


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("start", "zone", "days", "expected"),
    [
        # An ordinary day.
        ("2026-12-10T09:00", "Europe/Copenhagen", 1, "2026-12-09T08:00"),
        # Clocks go back on 25 October: the same wall time, 25 hours before.
        ("2026-10-25T09:00", "Europe/Copenhagen", 1, "2026-10-24T07:00"),
        # Clocks go forward on 8 March: 23 hours before.
        ("2026-03-08T09:00", "America/New_York", 1, "2026-03-07T14:00"),
        # 02:30 does not exist on 29 March; as if the clocks had not been changed.
        ("2026-03-30T02:30", "Europe/Copenhagen", 1, "2026-03-29T01:30"),
        # 02:30 happens twice on 25 October; the first is meant.
        ("2026-10-26T02:30", "Europe/Copenhagen", 1, "2026-10-25T00:30"),
        ("2026-12-10T09:00", "Asia/Tokyo", 7, "2026-12-03T00:00"),
        # On the day itself: seven in the morning, or two hours before.
        ("2026-12-10T09:30", "Asia/Tokyo", 0, "2026-12-09T22:00"),
        ("2026-12-10T08:30", "Asia/Tokyo", 0, "2026-12-09T21:30"),
    ],
)
def test_a_reminder_goes_out_at_the_sessions_wall_time(
    start: str, zone: str, days: int, expected: str
) -> None:
    (moment,) = moments(at(start, zone), zone, [days])
    assert moment.at == at(expected)


def test_the_day_is_that_of_the_sessions_zone() -> None:
    assert day_of(at("2026-12-09T22:00"), "Asia/Tokyo").isoformat() == "2026-12-10"


def test_of_several_that_have_passed_only_the_last_is_due() -> None:
    start = at("2026-12-10T09:00")
    planned = moments(start, "UTC", [7, 1, 3])
    assert [moment.days for moment in planned] == [7, 3, 1]
    assert due(planned, start, at("2026-12-03T08:59")) is None
    found = due(planned, start, at("2026-12-07T09:00"))
    assert found is not None
    assert found.days == 3
    assert following(planned, at("2026-12-07T09:00")) == at("2026-12-09T09:00")
    assert following(planned, at("2026-12-09T09:00")) is None


def test_a_moment_long_past_is_not_made_up_for_and_none_comes_after_the_start() -> None:
    start = at("2026-12-10T09:00")
    planned = moments(start, "UTC", [1, 0])
    late = planned[0].at + GRACE
    assert due(planned[:1], start, late) is not None
    assert due(planned[:1], start, late + timedelta(seconds=1)) is None
    assert due(planned, start, start) is None
    assert due(planned, start, datetime(2027, 1, 1, tzinfo=UTC)) is None
