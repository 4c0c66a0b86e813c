"""What became of messages is kept for as long as the operator says, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.retention import BATCH, purge, purge_daily
from classbell.storage.models import Attempt, Envelope, Message, MessageState, Notification
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]

YEAR = 365


def test_old_messages_go_with_all_that_only_they_needed(world: World) -> None:
    world.queue("ana", "bo")
    world.drain()
    world.clock.advance(timedelta(days=400))
    young = world.queue("cai")
    world.drain()
    again_at = purge_daily(world.clock, YEAR, world.lane, "messages")
    assert again_at == world.clock.now() + timedelta(days=1)
    assert world.states() == {"cai": "accepted"}
    assert Envelope.objects.count() == Attempt.objects.count() == 1
    assert list(Notification.objects.all()) == [young]


def test_what_may_still_be_sent_stays_whatever_its_age(world: World) -> None:
    world.queue("held", lives=timedelta(days=999), state=MessageState.HELD)
    world.queue("sent")
    world.drain()
    assert not purge(NOW + timedelta(days=500))
    assert world.states() == {"held": "held"}


def test_a_large_ledger_goes_in_batches(world: World) -> None:
    world.queue(*(f"p{n}" for n in range(BATCH + 30)))
    Message.objects.update(state=MessageState.ACCEPTED)
    while purge(NOW + timedelta(days=1)):
        continue
    assert Message.objects.count() == 0
    assert Notification.objects.count() == 0


def test_nothing_old_is_nothing_to_do(world: World) -> None:
    world.queue("ana")
    world.drain()
    assert not purge(NOW - timedelta(days=YEAR))
    assert world.states() == {"ana": "accepted"}


def test_an_operator_may_keep_everything(world: World) -> None:
    world.queue("ana")
    world.drain()
    world.clock.advance(timedelta(days=4000))
    assert purge_daily(world.clock, 0, world.lane, "messages") is None
    assert world.states() == {"ana": "accepted"}
