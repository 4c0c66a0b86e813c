"""Messages are counted hour by hour, once they are past, and again while any of them waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.hourly import count_hours
from classbell.storage.models import Catalog, Message, MessageHour, MessageState
from classbell.storage.queries.message_hours import hours_of
from tests.storage.delivery.world import NOW, World
from tests.support import a_catalog

pytestmark = [pytest.mark.store, pytest.mark.django_db]

HOUR = timedelta(hours=1)
FULL = NOW.replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def catalog(world: World) -> Catalog:
    """Return the catalog whose figures are looked at."""
    return a_catalog("mine", organisation=world.organisation)


def figures(world: World, catalog: Catalog) -> list[tuple[int, int, int, int]]:
    rows = hours_of(catalog, since=FULL - 24 * HOUR, now=world.clock.now())
    return [(row.sent, row.waiting, row.failed, row.not_sent) for row in rows]


def count(world: World) -> None:
    again_at = count_hours(world.clock, world.lane, "messages")
    assert world.clock.now() < again_at <= world.clock.now() + HOUR + timedelta(minutes=1)


def test_the_running_hour_is_counted_on_the_spot(world: World, catalog: Catalog) -> None:
    world.queue("ana", "bo", catalog=catalog)
    world.drain()
    world.queue("cai", catalog=catalog)
    assert figures(world, catalog) == [(2, 1, 0, 0)]
    count(world)
    assert MessageHour.objects.count() == 0


def test_an_hour_that_has_passed_is_counted_once_for_all(world: World, catalog: Catalog) -> None:
    world.queue("ana", "bo", catalog=catalog)
    world.drain()
    world.clock.advance(HOUR)
    world.queue("cai", catalog=catalog)
    count(world)
    assert list(MessageHour.objects.values_list("hour", "sent")) == [(FULL, 2)]
    assert figures(world, catalog) == [(2, 0, 0, 0), (0, 1, 0, 0)]


def test_an_hour_is_counted_again_until_nothing_of_it_waits(world: World, catalog: Catalog) -> None:
    world.queue("ana", "bo", catalog=catalog)
    for hours in (1, 3):
        world.clock.advance(hours * HOUR)
        count(world)
    assert figures(world, catalog)[0] == (0, 2, 0, 0)
    Message.objects.filter(name="ana").update(state=MessageState.FAILED)
    Message.objects.exclude(name="ana").update(state=MessageState.EXPIRED)
    count(world)
    assert figures(world, catalog) == [(0, 0, 1, 1)]


def test_figures_outlive_the_messages_but_not_for_ever(world: World, catalog: Catalog) -> None:
    world.queue("ana", catalog=catalog)
    world.drain()
    world.clock.advance(HOUR)
    count(world)
    Message.objects.all().delete()
    world.clock.advance(timedelta(days=30))
    count(world)
    assert MessageHour.objects.count() == 1
    world.clock.advance(timedelta(days=10))
    count(world)
    assert MessageHour.objects.count() == 0


def test_a_quiet_month_and_a_worker_that_slept_are_made_up_for(
    world: World, catalog: Catalog
) -> None:
    world.queue("ana", catalog=catalog)
    world.drain()
    world.clock.advance(timedelta(days=20))
    world.queue("bo", catalog=catalog)
    world.drain()
    world.clock.advance(timedelta(hours=5))
    count(world)
    assert list(MessageHour.objects.order_by("hour").values_list("sent", flat=True)) == [1, 1]


def test_other_catalogs_count_for_themselves(world: World, catalog: Catalog) -> None:
    world.queue("ana", catalog=catalog)
    world.queue("bo", catalog=a_catalog("other", organisation=world.organisation))
    world.clock.advance(HOUR)
    count(world)
    assert figures(world, catalog) == [(0, 1, 0, 0)]
