"""Business time read from the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import httpx2
import pytest

from classbell.network.clock import REMEMBER_SECONDS, HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.errors import ConfigurationFault

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Served:
    """A clock behind HTTP that can be moved, frozen and broken."""

    def __init__(self) -> None:
        self.now = START
        self.frozen = True
        self.broken = False
        self.asked = 0

    def clock(self) -> HttpClock:
        return HttpClock("http://clock.example/", HttpDoor(transport=httpx2.MockTransport(self)))

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.broken:
            raise httpx2.ConnectError("down")
        return httpx2.Response(200, json={"now": self.now.isoformat(), "frozen": self.frozen})


def test_it_tells_the_served_time_and_asks_seldom() -> None:
    served = Served()
    clock = served.clock()
    assert [clock.now() for _ in range(100)] == [START] * 100
    assert served.asked == 1


def test_a_jump_is_seen_within_a_quarter_second() -> None:
    served = Served()
    clock = served.clock()
    clock.now()
    served.now = START + timedelta(days=90)
    begun = monotonic()
    while clock.now() < served.now:
        assert monotonic() - begun < 10 * REMEMBER_SECONDS
        sleep(0.01)


def test_a_ticking_clock_goes_on_between_two_readings() -> None:
    served = Served()
    served.frozen = False
    clock = served.clock()
    first = clock.now()
    sleep(0.02)
    assert first < clock.now() < first + timedelta(seconds=REMEMBER_SECONDS)
    assert served.asked == 1


def test_a_clock_that_goes_away_for_a_moment_is_carried_on() -> None:
    served = Served()
    clock = served.clock()
    clock.now()
    served.broken = True
    sleep(REMEMBER_SECONDS * 1.1)
    assert clock.now() == START


def test_a_clock_that_never_answered_is_a_fault_of_the_settings() -> None:
    served = Served()
    served.broken = True
    with pytest.raises(ConfigurationFault, match=r"clock\.example"):
        served.clock().now()


@pytest.mark.parametrize("body", [{}, {"now": 5}, {"now": "late"}, {"now": "2026-11-23T08:00"}, []])
def test_an_answer_that_tells_no_time_is_a_fault(body: object) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=body))
    with pytest.raises(ConfigurationFault):
        HttpClock("http://clock.example/", HttpDoor(transport=transport)).now()
