"""Each fault at each step of each route, alone and in pairs: nothing is lost, doubled or unsaid."""

from __future__ import annotations

import os
import random

import pytest

from classbell.storage.models import MessageState
from tests.acceptance.faults.catalogue import FAULTS, STEPS, Trouble, troubles
from tests.acceptance.faults.conftest import MESSAGES, Outcome, Route

PAIRS = int(os.environ.get("CLASSBELL_TEST_PAIRS", "0"))
SEED = int(os.environ.get("CLASSBELL_TEST_SEED", "1"))
A_FEW = 12
# Each test has three minutes, on a slow machine too.
A_CHUNK = 25

UNTRACED = {"plain", "application"}
"""Routes on which nobody can look up afterwards whether a mail has left."""

REACHED = {MessageState.ACCEPTED, MessageState.DELIVERED}
ENDS = REACHED | {MessageState.FAILED, MessageState.UNKNOWN}


def check(route: Route, outcome: Outcome, met: object) -> None:
    """Compare the ledger with what the recipient has."""
    assert len(outcome.rows) == MESSAGES, met
    for row in outcome.rows:
        copies, state = outcome.arrived[str(row.pk)], MessageState(row.state)
        story = f"{route.name}, {met}: {state}, {copies} arrived, {row.reason_code} {row.reason}"
        assert state in ENDS, story
        # Without a look-up, a kind that is better doubled than lost is sent again when in doubt.
        most = row.attempt if route.name in UNTRACED else 1
        assert copies <= most, f"doubled: {story}"
        if state in REACHED:
            assert copies >= 1, f"called accepted: {story}"
        else:
            assert row.reason, f"without a reason: {story}"
        if state == MessageState.FAILED:
            assert copies == 0, f"called failed: {story}"
        if state == MessageState.UNKNOWN:
            assert route.name in UNTRACED, f"in doubt though it can be asked: {story}"
    assert outcome.incidents <= 1, f"{met}: lost more than once"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.slow
def test_each_fault_at_each_step(route: Route, fault: str) -> None:
    for step in STEPS[route.name]:
        alone = Trouble(step, fault)
        check(route, route.meet(alone), alone)


def test_some_pairs_of_faults(route: Route) -> None:
    _in_pairs(route, A_FEW, SEED)


@pytest.mark.skipif(not PAIRS, reason="many pairs are for make torture (CLASSBELL_TEST_PAIRS)")
@pytest.mark.parametrize("chunk", range(-(-PAIRS // A_CHUNK)))
@pytest.mark.slow
def test_many_pairs_of_faults(route: Route, chunk: int) -> None:
    _in_pairs(route, A_CHUNK, SEED + 1 + chunk)


def _in_pairs(route: Route, count: int, seed: int) -> None:
    """Let two faults be met one after the other or together, as a seed draws them."""
    draw, every = random.Random(seed), list(troubles(route.name))
    for number in range(count):
        pair = draw.choice(every), draw.choice(every)
        met = f"seed {seed}, number {number}: {pair[0]} and {pair[1]}"
        check(route, route.meet(*pair), met)
