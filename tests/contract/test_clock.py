"""Business time as the sandbox tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep

import pytest

from classbell.network.clock import REMEMBER_SECONDS, HttpClock
from m365sandbox.testing import Sandbox


@pytest.fixture
def frozen(sandbox: Sandbox) -> Iterator[Sandbox]:
    sandbox.control.set_clock(sandbox.control.now(), freeze=True)
    yield sandbox
    sandbox.control.ask("POST", "/clock", {"freeze": False})


def test_a_jump_of_the_sandboxs_clock_is_seen_at_once(
    sandbox: Sandbox, sandbox_clock: HttpClock
) -> None:
    before = sandbox_clock.now()
    sandbox.control.advance(timedelta(days=1))
    begun = monotonic()
    while sandbox_clock.now() < before + timedelta(days=1):
        assert monotonic() - begun < 8 * REMEMBER_SECONDS
        sleep(0.02)


def test_a_clock_that_stands_still_does_so_here_too(
    frozen: Sandbox, sandbox_clock: HttpClock
) -> None:
    sleep(REMEMBER_SECONDS * 1.2)
    first = sandbox_clock.now()
    sleep(0.05)
    assert sandbox_clock.now() == first == frozen.control.now()
