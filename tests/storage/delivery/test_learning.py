"""A lane that its provider complained about goes on a little slower, and recovers by and by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.pace import Pace, learned
from classbell.ports.errors import Verdict, VerdictKind
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def complaint(world: World, *, crowded: bool = False) -> None:
    until = world.clock.now() + timedelta(seconds=5)
    world.provider.answers["p0@contoso.example"] = [
        Verdict(VerdictKind.THROTTLED, "TooMany", until=until, crowded=crowded)
    ]
    world.queue("p0")
    world.run_until(until + timedelta(seconds=2))


def test_a_complaint_about_the_rate_lowers_the_rate(world: World) -> None:
    world.pace = Pace()
    complaint(world)
    figures = learned(world.reread(), Pace(), world.clock.now())
    assert figures.messages_per_minute == 22
    assert figures.requests_in_flight == 3


def test_a_complaint_about_a_crowd_lowers_what_is_under_way_at_once(world: World) -> None:
    world.pace = Pace()
    complaint(world, crowded=True)
    figures = learned(world.reread(), Pace(), world.clock.now())
    assert (figures.messages_per_minute, figures.requests_in_flight) == (28, 2)


def test_the_lowered_rate_is_kept_in_the_next_minutes(world: World) -> None:
    world.pace = Pace()
    complaint(world)
    sent = len(world.provider.sent)
    world.queue(*(f"q{n}" for n in range(60)))
    start = world.clock.now()
    world.run_until(start + timedelta(minutes=1))
    assert len(world.provider.sent) - sent <= 22


def test_what_was_lost_comes_back_by_the_hour(world: World) -> None:
    world.pace = Pace()
    complaint(world)
    lane = world.reread()
    after = [learned(lane, Pace(), NOW + timedelta(hours=n)).messages_per_minute for n in range(5)]
    assert after[0] == 22
    assert after == sorted(after)
    assert after[-1] == 28


def test_it_never_stops_altogether(world: World) -> None:
    world.pace = Pace(messages_per_minute=2)
    for _ in range(3):
        world.clock.advance(timedelta(minutes=2))
        complaint(world)
    assert learned(world.reread(), world.pace, world.clock.now()).messages_per_minute >= 1
