"""What people are told of a lane's budget and of the time that what waits will take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.forecast import Limits, Spent, Waiting, forecast
from classbell.delivery.pace import UNLIMITED, Pace

MAILBOX = Limits.of(Pace())
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def minutes(span: timedelta | None) -> float:
    assert span is not None
    return round(span / MINUTE, 1)


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        (1, 0),
        (29, 1),
        (281, 10),
        (8_401, 300),
        (8_500, 303.5),
        (8_501, 24 * 60),
        (17_001, 48 * 60),
    ],
)
def test_personal_mail_keeps_the_minute_and_then_the_day(waiting: int, expected: float) -> None:
    assert minutes(forecast(MAILBOX, Spent(), Waiting(waiting)).personal_in) == expected


def test_what_was_sent_stands_in_the_way_until_it_is_a_day_old() -> None:
    fresh = forecast(MAILBOX, Spent(by_hour=[8_400]), Waiting(300))
    old = forecast(MAILBOX, Spent(by_hour=[0] * 23 + [8_400]), Waiting(300))
    assert fresh.personal_in is not None
    assert old.personal_in is not None
    assert DAY < fresh.personal_in < DAY + 10 * MINUTE
    assert HOUR < old.personal_in < HOUR + 10 * MINUTE


def test_shared_mail_takes_minutes_where_personal_mail_takes_a_day() -> None:
    shared = forecast(MAILBOX, Spent(), Waiting(shared=[4_000, 4_000]))
    personal = forecast(MAILBOX, Spent(), Waiting(personal=8_000))
    assert minutes(shared.shared_in) < 1
    assert minutes(personal.personal_in) > 280
    assert (shared.personal_in, personal.shared_in) == (None, None)


def test_every_group_fills_its_own_envelopes() -> None:
    slow = Limits(messages_per_minute=1, recipients_per_envelope=500)
    together = forecast(slow, Spent(), Waiting(shared=[1_000]))
    apart = forecast(slow, Spent(), Waiting(shared=[501, 499]))
    assert together.shared_in == MINUTE
    assert apart.shared_in == 2 * MINUTE


def test_both_sorts_go_by_turns_and_share_the_days_recipients() -> None:
    outlook = forecast(MAILBOX, Spent(), Waiting(personal=2_000, shared=[8_000]))
    assert outlook.waiting == 10_000
    assert minutes(outlook.shared_in) < 2
    assert outlook.personal_in is not None
    assert outlook.personal_in > DAY, "the day's recipients are used up by the shared ones"


def test_an_hourly_rate_counts_what_the_last_hour_has_used() -> None:
    limits = Limits(messages_per_minute=100, messages_per_hour=6_000)
    outlook = forecast(limits, Spent(last_hour=5_900), Waiting(personal=6_100))
    assert (outlook.used, outlook.limit, outlook.by_the_day) == (5_900, 6_000, False)
    assert outlook.personal_in is not None
    assert HOUR < outlook.personal_in <= 2 * HOUR


def test_the_budget_is_that_of_the_day_where_there_is_one() -> None:
    outlook = forecast(MAILBOX, Spent(by_hour=[200, 0, 12]), Waiting())
    assert (outlook.used, outlook.limit, outlook.by_the_day) == (212, 9_000, True)
    assert outlook.waiting == 0


def test_without_limits_everything_goes_at_once() -> None:
    outlook = forecast(Limits.of(UNLIMITED), Spent(), Waiting(personal=1_000_000))
    assert outlook.personal_in == timedelta(0)
    assert outlook.limit == 0


def test_what_takes_more_than_a_year_has_no_date() -> None:
    closed = Limits(messages_per_minute=28, recipients_per_day=500, urgent_reserve=500)
    outlook = forecast(closed, Spent(), Waiting(personal=1, shared=[1]))
    assert (outlook.personal_in, outlook.shared_in) == (None, None)
    assert forecast(MAILBOX, Spent(), Waiting(10_000_000)).personal_in is None
