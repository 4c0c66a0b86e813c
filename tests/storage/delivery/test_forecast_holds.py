"""What people are told of the time to the last message is what the drain then takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.pace import UNLIMITED, Pace, approved
from classbell.domain.connections.outlook import lane_outlook
from classbell.storage.models import Envelope, Lane
from tests.storage.delivery.world import NOW, World

pytestmark = pytest.mark.django_db

HOURS, DAY = timedelta(hours=1), timedelta(days=1)
SLOW = Pace(messages_per_minute=10, recipients_per_day=60, urgent_reserve=10)


def names(count: int, kind: str = "reader") -> list[str]:
    return [f"{kind}.{number}" for number in range(count)]


def taken(world: World) -> timedelta:
    """Serve the lane whenever it is due, and return when its last envelope began."""
    for _ in range(2_000):
        world.drain()
        due_at = world.reread().due_at
        if due_at is None:
            last = Envelope.objects.order_by("-started_at").first()
            assert last is not None
            return last.started_at - NOW
        world.clock.advance(max(due_at - world.clock.now(), timedelta(seconds=1)))
    raise AssertionError("the lane never comes to rest")


def with_pace(world: World, pace: Pace, **own: int) -> Pace:
    """Give the lane a pace, with figures of its own, as a worker would read them."""
    Lane.objects.filter(pk=world.lane.pk).update(figures=own)
    world.pace = pace.with_figures(own).smoothed()
    return pace


@pytest.mark.parametrize(
    ("pace", "own", "personal", "shared"),
    [
        (Pace(messages_per_minute=10), {}, 151, 0),
        (Pace(messages_per_minute=20), {"messages_per_minute": 5}, 101, 0),
        (Pace(messages_per_minute=4, recipients_per_envelope=5), {}, 60, 200),
        (approved(30, 100), {}, 321, 0),
        (approved(10, 1_000_000), {"messages_per_hour": 60}, 150, 0),
        (SLOW, {}, 125, 0),
        (SLOW, {"recipients_per_day": 110}, 250, 0),
    ],
)
def test_the_forecast_holds(
    world: World, pace: Pace, own: dict[str, int], personal: int, shared: int
) -> None:
    pace = with_pace(world, pace, **own)
    world.queue(*names(personal), lives=9 * DAY)
    if shared:
        world.queue(*names(shared, "member"), together=500)
    outlook, _ = lane_outlook(world.reread(), pace, NOW)
    told = max(filter(None, (outlook.personal_in, outlook.shared_in)))
    assert taken(world) == pytest.approx(told, rel=0.1)


def test_what_was_learned_counts(world: World) -> None:
    pace = with_pace(world, Pace(messages_per_minute=20))
    Lane.objects.filter(pk=world.lane.pk).update(learned_messages_per_minute=5, learned_at=NOW)
    world.queue(*names(101))
    outlook, _ = lane_outlook(world.reread(), pace, NOW)
    assert outlook.personal_in == timedelta(minutes=20)


def test_what_was_sent_before_stands_in_the_way(world: World) -> None:
    pace = with_pace(world, SLOW)
    world.clock.advance(-20 * HOURS)
    world.queue(*names(40, "earlier"))
    world.drain()
    while world.clock.now() < NOW:
        world.drain()
        world.clock.advance(timedelta(minutes=1) if world.clock.now() < NOW - 19 * HOURS else HOURS)
    world.clock.advance(NOW - world.clock.now())
    world.queue(*names(30))
    outlook, _ = lane_outlook(world.reread(), pace, NOW)
    assert outlook.personal_in is not None
    assert taken(world) == pytest.approx(outlook.personal_in, rel=0.3)


def test_without_limits_it_goes_at_once(world: World) -> None:
    pace = with_pace(world, UNLIMITED)
    world.queue(*names(20))
    outlook, _ = lane_outlook(world.reread(), pace, NOW)
    assert (outlook.personal_in, taken(world)) == (timedelta(0), timedelta(0))
