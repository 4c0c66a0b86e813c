"""The pace holds over any window of business time, whatever came of the envelopes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from classbell.delivery.meter import budget
from classbell.delivery.pace import Pace
from classbell.delivery.work import ask
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import Envelope, EnvelopeState
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]

DEFAULT = Pace()


def spend(
    world: World, count: int, at: datetime, *, recipients: int = 1, state: str = "accepted"
) -> None:
    Envelope.objects.bulk_create(
        Envelope(
            lane=world.lane,
            epoch=0,
            route="mailbox",
            state=state,
            recipients=recipients,
            started_at=at,
        )
        for _ in range(count)
    )


def most_in_a_minute(moments: list[datetime]) -> int:
    """Return the most sends in any sliding minute, both of its ends counted."""
    return max(
        sum(1 for other in moments if start <= other <= start + timedelta(minutes=1))
        for start in moments
    )


def test_never_more_than_28_in_any_minute_and_hardly_fewer(world: World) -> None:
    world.pace = DEFAULT
    world.queue(*(f"p{n}" for n in range(60)))
    world.run_until(NOW + timedelta(minutes=3), step=timedelta(seconds=1))
    moments = [moment for moment, _ in world.provider.sent]
    assert len(moments) == 60
    assert most_in_a_minute(moments) == 28
    assert moments[-1] <= NOW + timedelta(minutes=2, seconds=5)


def test_the_lane_sleeps_until_the_budget_opens(world: World) -> None:
    world.pace = DEFAULT
    world.queue(*(f"p{n}" for n in range(30)))
    world.drain()
    due_at = world.reread().due_at
    assert due_at is not None
    assert timedelta(minutes=1) < due_at - NOW < timedelta(minutes=1, seconds=1)


@pytest.mark.parametrize(
    "state", [EnvelopeState.SENDING, EnvelopeState.UNKNOWN, EnvelopeState.ACCEPTED]
)
def test_what_may_have_arrived_counts_as_sent(world: World, state: EnvelopeState) -> None:
    spend(world, 28, NOW - timedelta(seconds=30), state=state)
    allowed = budget(world.lane.pk, NOW, DEFAULT)
    assert allowed.now_allowed == 0
    assert allowed.next_at is not None
    assert budget(world.lane.pk, allowed.next_at, DEFAULT).now_allowed == 3


def test_what_the_provider_refused_does_not_count(world: World) -> None:
    spend(world, 28, NOW - timedelta(seconds=30), state=EnvelopeState.REFUSED)
    assert budget(world.lane.pk, NOW, DEFAULT).now_allowed == 3


def test_no_more_than_the_requests_in_flight_at_once(world: World) -> None:
    assert budget(world.lane.pk, NOW, DEFAULT).now_allowed == 3
    spend(world, 27, NOW - timedelta(seconds=1))
    assert budget(world.lane.pk, NOW, DEFAULT).now_allowed == 1


def test_the_last_recipients_of_the_day_are_kept_for_urgent_mail(world: World) -> None:
    spend(world, 17, NOW - timedelta(hours=5), recipients=500)
    normal = budget(world.lane.pk, NOW, DEFAULT)
    assert normal.now_allowed == 0
    assert normal.next_at == NOW + timedelta(hours=19, milliseconds=1)
    assert budget(world.lane.pk, NOW, DEFAULT, urgent=True).now_allowed == 3
    spend(world, 1, NOW - timedelta(hours=4), recipients=500)
    assert budget(world.lane.pk, NOW, DEFAULT, urgent=True).now_allowed == 0


def test_urgent_mail_still_goes_on_a_day_that_is_full_for_the_rest(world: World) -> None:
    world.pace = DEFAULT
    spend(world, 17, NOW - timedelta(hours=5), recipients=500)
    world.queue("normal")
    world.queue("urgent", priority=10)
    world.run_until(NOW + timedelta(minutes=5), step=timedelta(seconds=30))
    assert world.states() == {"normal": "queued", "urgent": "accepted"}
    assert world.reread().due_at == NOW + timedelta(hours=19, milliseconds=1)


def test_another_lanes_envelopes_are_its_own(world: World) -> None:
    spend(world, 28, NOW)
    assert budget(world.another_lane().pk, NOW, DEFAULT).now_allowed == 3


def test_work_goes_on_while_mail_waits_for_its_budget(world: World) -> None:
    done: list[str] = []
    world.pace = DEFAULT
    world.work["reconcile"] = lambda _lane, subject: done.append(subject)
    spend(world, 28, NOW)
    world.queue("ana")
    ask(world.ports, world.lane, kind="reconcile", subject="s1", due_at=NOW, priority=80)
    world.drain()
    assert done == ["s1"]
    assert world.states() == {"ana": "queued"}


def test_a_throttled_lane_does_not_even_try(world: World) -> None:
    world.provider.answers["p0@contoso.example"] = [
        Verdict(VerdictKind.THROTTLED, until=NOW + timedelta(minutes=5))
    ]
    world.queue("p0", "p1")
    world.run_until(NOW + timedelta(minutes=4), step=timedelta(seconds=10))
    assert Envelope.objects.count() == 1
