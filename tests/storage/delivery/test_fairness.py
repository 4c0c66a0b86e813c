"""Catalogs on one mailbox share it: one with much to say does not silence another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.pace import Pace
from classbell.storage.models import Catalog
from tests.storage.delivery.world import NOW, World
from tests.support import a_catalog

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def catalogs() -> tuple[Catalog, Catalog]:
    return a_catalog("Large Academy"), a_catalog("Small Academy")


def test_a_small_catalog_does_not_wait_behind_a_large_one(world: World) -> None:
    large, small = catalogs()
    world.pace = Pace()
    world.queue(*(f"l{n}" for n in range(200)), catalog=large)
    world.clock.advance(timedelta(seconds=1))
    world.queue(*(f"s{n}" for n in range(10)), catalog=small)
    world.run_until(NOW + timedelta(seconds=70))
    states = world.states()
    assert {states[f"s{n}"] for n in range(10)} == {"accepted"}
    assert sum(state == "accepted" for name, state in states.items() if name[0] == "l") >= 28


def test_two_large_catalogs_get_the_same_share(world: World) -> None:
    large, small = catalogs()
    world.pace = Pace()
    world.queue(*(f"a{n}" for n in range(150)), catalog=large)
    world.queue(*(f"b{n}" for n in range(150)), catalog=small)
    world.run_until(NOW + timedelta(minutes=5))
    names = [address[0] for address in world.provider.addresses]
    assert len(names) >= 28 * 5 - 3
    assert abs(names.count("a") - names.count("b")) <= 4


def test_urgent_mail_of_one_catalog_still_overtakes_bulk_of_another(world: World) -> None:
    large, small = catalogs()
    world.queue("bulk", catalog=small)
    world.queue("urgent", catalog=large, priority=10)
    world.drain()
    assert world.provider.addresses == ["urgent@contoso.example", "bulk@contoso.example"]


def test_a_catalogs_own_mail_keeps_its_order(world: World) -> None:
    large, small = catalogs()
    world.queue("a1", "a2", "a3", catalog=large)
    world.queue("b1", "b2", catalog=small)
    world.drain()
    order = [address[:2] for address in world.provider.addresses]
    assert [name for name in order if name[0] == "a"] == ["a1", "a2", "a3"]
    assert [name for name in order if name[0] == "b"] == ["b1", "b2"]
