"""What a worker asks the store stays cheap, whatever the store has gathered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery import lanes
from classbell.delivery.choosing import due_heads
from classbell.delivery.claims import Chosen, prepare
from classbell.delivery.doubt import doubt_older
from classbell.delivery.hold import expire_due
from classbell.delivery.meter import Meter, budget
from classbell.delivery.pace import Budget, Pace
from classbell.storage.models import Envelope, EnvelopeState, Lane, LaneKind, Message, MessageState
from tests.storage.delivery.plans import analyse, queries, selects
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_ten_thousand_idle_lanes_cost_a_take_nothing(world: World) -> None:
    Lane.objects.bulk_create(
        (Lane(kind=LaneKind.MAILBOX, key=f"idle-{n}") for n in range(10_000)), batch_size=1000
    )
    world.queue("ana")
    analyse()
    with queries() as seen:
        took = lanes.take(NOW, holder="test", limit=16, lease_seconds=15)
        lanes.next_due(NOW)
    assert [taken.lane_id for taken in took] == [world.lane.pk]
    assert len(seen) <= 8, seen
    plans = selects(seen, "storage_lane")
    assert len(plans) == 5
    assert all("lane_leased" in plan or "lane_due" in plan for plan in plans), plans


def test_claims_and_expiry_read_only_what_they_take(world: World) -> None:
    world.queue(*(f"old{n}" for n in range(3000)))
    Message.objects.update(state=MessageState.ACCEPTED)
    world.queue(*(f"p{n}" for n in range(300)))
    world.queue(*(f"held{n}" for n in range(300)), state=MessageState.HELD)
    analyse()
    with queries() as seen:
        (head,) = due_heads(world.lane, Meter(world.lane.pk), NOW)
        chosen = Chosen(head, Budget(3, 3))
        assert len(prepare(world.lane, world.handlers, world.pace, chosen, NOW, most=3)) == 3
    plans = [plan for plan in selects(seen, "storage_message") if "PRIMARY" not in plan]
    used = [plan for plan in plans if "message_to_send" in plan]
    assert len(used) >= 5, plans
    assert all("SCAN storage_message" not in plan and "Seq Scan" not in plan for plan in plans)
    with queries() as seen:
        assert expire_due(NOW, limit=500) == 0
    queued, held = selects(seen, "storage_message")
    assert "message_queued_expiry" in queued
    assert "message_held_expiry" in held


def test_the_pace_reads_only_the_lanes_own_window(world: World) -> None:
    other = world.another_lane()
    Envelope.objects.bulk_create(
        Envelope(
            lane=lane,
            epoch=1,
            route="mailbox",
            state=EnvelopeState.ACCEPTED,
            recipients=1,
            started_at=NOW - timedelta(minutes=n),
        )
        for n in range(1500)
        for lane in (world.lane, other)
    )
    analyse()
    taken = world.take() or lanes.TakenLane(world.lane.pk, 5, 15, 0, 0)
    with queries() as seen:
        budget(world.lane.pk, NOW, Pace(messages_per_minute=28, recipients_per_day=9000))
        doubt_older(world.holding(taken), NOW)
    plans = selects(seen, "storage_envelope")
    assert "envelope_by_lane" in plans[0]
    assert "envelope_in_flight" in plans[-1]
