"""Lanes: one holder at a time, fenced by epoch, leased by the database's clock."""

from __future__ import annotations

from datetime import timedelta
from time import sleep

import pytest
from django.db import transaction
from django.db.models.functions import Now

from classbell.delivery import lanes
from classbell.delivery.choosing import due_heads
from classbell.delivery.claims import Chosen, claim, prepare
from classbell.delivery.doubt import doubt_older
from classbell.delivery.lanes import LaneLost, TakenLane
from classbell.delivery.meter import Meter
from classbell.delivery.pace import Budget
from classbell.delivery.settle import settle
from classbell.delivery.wire import Outcome, send
from classbell.ports.mail import Accepted
from classbell.storage.models import Envelope, EnvelopeState, Lane
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def expire_lease(lane: Lane) -> None:
    """Let the lease be over, as if its holder had been silent for that long."""
    Lane.objects.filter(pk=lane.pk).update(lease_until=Now() - timedelta(seconds=1))


def on_the_wire(world: World) -> tuple[TakenLane, Outcome]:
    """Take the lane, claim one message, and have the provider accept it; nothing is settled yet."""
    taken = world.take()
    assert taken is not None
    now = world.clock.now()
    (head,) = due_heads(world.lane, Meter(world.lane.pk), now)
    ready = prepare(world.lane, world.handlers, world.pace, Chosen(head, Budget(1, 1)), now, most=1)
    with transaction.atomic():
        lanes.renew(taken)
        claims = claim(world.holding(taken), ready, now)
    return taken, Outcome(claims[0], Accepted(request_id="late"))


def test_a_taken_lane_is_nobody_elses_until_it_is_finished(world: World) -> None:
    world.queue("ana")
    taken = world.take()
    assert taken is not None
    assert world.take() is None
    assert lanes.finish(taken, world.clock.now())
    again = world.take()
    assert again is not None
    assert again.epoch == taken.epoch + 1


def test_a_ring_during_the_run_survives_its_end(world: World) -> None:
    world.queue("ana")
    taken = world.take()
    assert taken is not None
    world.ports.doorbell.ring([world.lane.pk])
    lanes.finish(taken, NOW + timedelta(days=1))
    assert world.take() is not None


def test_the_end_of_a_run_without_more_to_do_keeps_a_ring_too(world: World) -> None:
    world.queue("ana")
    taken = world.take()
    assert taken is not None
    world.ports.doorbell.ring([world.lane.pk])
    lanes.finish(taken, None)
    assert world.take() is not None


def test_a_silent_holders_lane_is_taken_over_and_its_settle_is_refused(world: World) -> None:
    world.queue("ana")
    stale, outcome = on_the_wire(world)
    expire_lease(world.lane)
    successor = world.take()
    assert successor is not None
    doubt_older(world.holding(successor), world.clock.now())

    with pytest.raises(LaneLost), transaction.atomic():
        lanes.renew(stale)
    # Even one that did not look at its lease changes nothing: the epoch is in every condition.
    settle(world.holding(stale), [outcome], world.pace, world.clock.now())
    assert world.states() == {"ana": "unknown"}
    assert Envelope.objects.get().state == EnvelopeState.UNKNOWN
    assert not lanes.finish(stale, None), "nor can it let go what is not its own"
    assert world.reread().lease_until is not None


def test_the_holder_itself_settles_as_long_as_it_holds_the_lane(world: World) -> None:
    world.queue("ana")
    taken, outcome = on_the_wire(world)
    with transaction.atomic():
        lanes.renew(taken)
        settle(world.holding(taken), [outcome], world.pace, world.clock.now())
    assert world.states() == {"ana": "accepted"}


def test_nothing_is_sent_shortly_before_the_lease_ends(world: World) -> None:
    world.queue("ana")
    taken = world.take(lease=0.2)
    assert taken is not None
    assert taken.may_send()
    sleep(0.16)
    assert not taken.may_send()


def test_a_send_that_comes_too_late_is_kept_back_and_goes_next_time(world: World) -> None:
    world.queue("ana")
    taken, outcome = on_the_wire(world)
    taken.lease_ends = 0.0
    kept = send(world.lane, taken, world.handlers, outcome.claim)
    with transaction.atomic():
        lanes.renew(taken)
        settle(world.holding(taken), [kept], world.pace, world.clock.now())
    assert world.provider.sent == []
    assert world.states() == {"ana": "queued"}


def test_long_work_keeps_its_lease_but_not_for_ever(world: World) -> None:
    world.queue("ana")
    taken = world.take(lease=0.5)
    assert taken is not None
    before = taken.lease_ends
    sleep(0.02)
    lanes.keep([taken], patience_seconds=60)
    assert taken.lease_ends > before
    renewed = taken.lease_ends
    taken.last_step -= 61
    lanes.keep([taken], patience_seconds=60)
    assert taken.lease_ends == renewed


def test_leases_left_by_a_dead_worker_can_be_ended_at_once(world: World) -> None:
    world.queue("ana")
    taken = world.take()
    assert taken is not None
    assert lanes.end_all_leases() == 1
    assert world.take() is not None


def test_the_same_key_is_the_same_lane(world: World) -> None:
    first = lanes.housekeeping_lane(world.organisation.pk)
    assert lanes.housekeeping_lane(world.organisation.pk) == first
    assert lanes.system_lane() != first
