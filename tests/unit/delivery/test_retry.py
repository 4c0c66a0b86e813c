"""What is done about a failure, as a function of verdict, attempt and time alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbell.delivery.retry import (
    INTERNAL_ERROR,
    LONGEST_DELAY,
    BlockLane,
    Fail,
    HoldLane,
    MarkUnknown,
    Retry,
    decide,
    delay,
)
from classbell.ports.errors import CONNECTION_WIDE, Verdict, VerdictKind

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(CONNECTION_WIDE))
def test_what_concerns_the_account_stops_the_lane(kind: VerdictKind) -> None:
    assert decide(Verdict(kind), 1, NOW) == HoldLane()


@pytest.mark.parametrize("kind", [VerdictKind.REFUSED, VerdictKind.NOT_FOUND, VerdictKind.CONFLICT])
def test_what_concerns_one_item_fails_it(kind: VerdictKind) -> None:
    assert decide(Verdict(kind), 1, NOW) == Fail()


def test_what_may_have_happened_is_not_repeated() -> None:
    assert decide(Verdict(VerdictKind.UNKNOWN), 1, NOW) == MarkUnknown()


def test_the_providers_own_moment_is_kept() -> None:
    until = NOW + timedelta(seconds=61)
    assert decide(Verdict(VerdictKind.THROTTLED, until=until), 9, NOW) == BlockLane(until)


@pytest.mark.parametrize("until", [None, NOW, NOW - timedelta(hours=1)])
def test_throttling_without_a_moment_ahead_still_pauses(until: datetime | None) -> None:
    decision = decide(Verdict(VerdictKind.THROTTLED, until=until), 1, NOW)
    assert isinstance(decision, BlockLane)
    assert decision.until > NOW


def test_a_wrongly_set_up_installation_pauses_the_lane_but_not_for_one_item_for_ever() -> None:
    fault = Verdict(VerdictKind.OPERATOR_FAULT)
    decisions = [type(decide(fault, attempt, NOW)) for attempt in (1, 2, 3, 4, 50)]
    assert decisions == [BlockLane, BlockLane, BlockLane, Retry, Retry]


def test_a_fault_of_our_own_is_given_up_after_some_attempts() -> None:
    broken = Verdict(VerdictKind.RETRY, code=INTERNAL_ERROR)
    decisions = [decide(broken, attempt, NOW) for attempt in range(1, 6)]
    assert [type(decision) for decision in decisions] == [Retry] * 4 + [Fail]


@given(st.integers(min_value=1, max_value=100_000))
def test_a_passing_fault_is_tried_for_ever_at_growing_intervals(attempt: int) -> None:
    decision = decide(Verdict(VerdictKind.RETRY, status=503), attempt, NOW)
    assert isinstance(decision, Retry)
    assert timedelta(0) < decision.at - NOW <= LONGEST_DELAY
    assert delay(attempt) <= delay(attempt + 1)
