"""When a service wants to be asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from classbell.network.retry_after import LONGEST_WAIT, moment_to_retry

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), ("2.128", 2.128), (" 5 ", 5.0), ("0", 0.0), ("-4", 0.0)],
)
def test_seconds_may_be_whole_or_decimal_and_never_lie_in_the_past(
    value: str, seconds: float
) -> None:
    assert moment_to_retry({"retry-after": value}, NOW) == NOW + timedelta(seconds=seconds)


def test_a_date_is_read_against_the_services_own_clock() -> None:
    headers = {
        "retry-after": "Tue, 01 Jan 2019 10:00:30 GMT",
        "date": "Tue, 01 Jan 2019 10:00:00 GMT",
    }
    assert moment_to_retry(headers, NOW) == NOW + timedelta(seconds=30)


def test_a_date_without_a_date_header_is_read_against_ours() -> None:
    headers = {"retry-after": "Mon, 23 Nov 2026 08:02:00 GMT"}
    assert moment_to_retry(headers, NOW) == NOW + timedelta(minutes=2)


@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "1e99"])
def test_what_is_no_time_counts_as_no_header(value: str) -> None:
    assert moment_to_retry({"retry-after": value}, NOW) is None


def test_a_date_far_away_is_cut_to_a_day() -> None:
    headers = {"retry-after": "Mon, 23 Nov 2037 08:00:00 GMT"}
    assert moment_to_retry(headers, NOW) == NOW + LONGEST_WAIT


def test_no_header_means_no_wish() -> None:
    assert moment_to_retry({}, NOW) is None
