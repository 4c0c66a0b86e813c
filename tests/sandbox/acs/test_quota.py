"""What a resource may do in a minute and in an hour, and what it is told above that."""

from datetime import UTC, datetime, timedelta

import pytest

from m365sandbox.acs.meter import Meter
from m365sandbox.acs.seed import FABRIKAM_KEY, FABRIKAM_RESOURCE, FABRIKAM_SENDER
from tests.sandbox.acs.caller import Caller

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def statuses(caller: Caller, count: int) -> list[int]:
    return [caller.send().status_code for _ in range(count)]


def test_the_minute_ends_with_429_and_the_time_to_wait(caller: Caller) -> None:
    assert statuses(caller, 31) == [202] * 30 + [429]
    refused = caller.send()
    assert refused.json()["error"]["code"] == "TooManyRequests"
    wait = int(refused.headers["retry-after"])
    assert 59 <= wait <= 61
    caller.later(seconds=wait - 2)
    assert caller.send().status_code == 429
    caller.later(seconds=2)
    assert caller.send().status_code == 202


def test_the_hour_ends_too(caller: Caller) -> None:
    for count in (30, 30, 30, 10):
        assert statuses(caller, count) == [202] * count
        caller.later(seconds=61)
    refused = caller.send()
    assert refused.status_code == 429
    caller.later(seconds=int(refused.headers["retry-after"]))
    assert caller.send().status_code == 202


def test_asking_has_a_quota_of_its_own(caller: Caller) -> None:
    operation = caller.sent()
    assert {caller.status(operation).status_code for _ in range(60)} == {200}
    refused = caller.status(operation)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert caller.send().status_code == 202


def test_a_domain_managed_by_azure_may_do_less(caller: Caller) -> None:
    managed = Caller(caller.sandbox, key=FABRIKAM_KEY, sender=FABRIKAM_SENDER)
    assert statuses(managed, 6) == [202] * 5 + [429]
    quota = caller.sandbox.control.acs.resource(FABRIKAM_RESOURCE)["quota"]
    assert (quota["sends_per_hour"], quota["status_calls_per_minute"]) == (10, 10)
    assert caller.send().status_code == 202


def test_a_quota_is_raised_and_switched_off(caller: Caller) -> None:
    control = caller.sandbox.control.acs
    control.resource(sends_per_minute=40, sends_per_hour=40)
    assert statuses(caller, 41) == [202] * 40 + [429]
    control.resource(enabled=False)
    assert statuses(caller, 5) == [202] * 5


def test_what_is_refused_or_recognised_is_not_counted(caller: Caller) -> None:
    caller.sandbox.control.acs.resource(sends_per_minute=2)
    operation = caller.sent()
    for _ in range(5):
        assert caller.send(operation_id=operation).status_code == 202
        assert caller.send(recipients={"to": []}).status_code == 400
    assert statuses(caller, 2) == [202, 429]


@pytest.mark.parametrize("most", [1, 3])
def test_a_meter_lets_as_many_through_in_any_span(most: int) -> None:
    meter, passed = Meter(timedelta(minutes=1)), []
    for second in range(0, 300, 7):
        now = NOON + timedelta(seconds=second)
        if not meter.wait(now, most):
            meter.note(now)
            passed.append(now)
    for begin in passed:
        within = [one for one in passed if begin <= one < begin + timedelta(minutes=1)]
        assert len(within) <= most
    assert len(passed) >= 4 * most


def test_a_meter_holds_one_entry_for_each_second_however_much_happens() -> None:
    meter = Meter(timedelta(hours=1))
    for number in range(20_000):
        meter.note(NOON + timedelta(milliseconds=number))
    assert (len(meter.counts), meter.total) == (20, 20_000)


def test_a_meter_forgets_what_lies_ahead_of_a_clock_set_back() -> None:
    meter = Meter(timedelta(minutes=1))
    meter.note(NOON)
    assert meter.wait(NOON, 1) > 0
    assert meter.wait(NOON - timedelta(days=1), 1) == 0
