"""The ledger: rows once for each addressee, steps only by the table, mail kept and let go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery import hold, ledger
from classbell.storage.models import Lane, Message, MessageState, Notification
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def addressees(*names: str) -> list[ledger.Addressee]:
    return [ledger.Addressee(None, f"{n}@contoso.example", n, "da", "UTC") for n in names]


def test_expanding_twice_writes_nothing_twice(world: World) -> None:
    notification = world.queue("ana", "bo")
    for upto in (2, 1):
        ledger.expand(
            world.ports,
            notification,
            addressees("ana", "bo"),
            ledger.Birth(world.lane, MessageState.QUEUED),
            upto=upto,
        )
    assert Message.objects.count() == 2
    assert Notification.objects.get().expanded == 2, "progress never goes back"


def test_a_message_keeps_what_was_known_of_its_addressee(world: World) -> None:
    notification = world.queue()
    ledger.expand(
        world.ports,
        notification,
        addressees("ana"),
        ledger.Birth(
            None, MessageState.NOT_SENT, ("never_connected", "No account was ever connected.")
        ),
        upto=1,
    )
    ana = world.message("ana")
    assert (ana.language, ana.state, ana.reason_code) == ("da", "not_sent", "never_connected")
    assert ana.expires_at == notification.expires_at


def test_a_message_may_be_held_before_anybody_can_send_it(world: World) -> None:
    ledger.expand(
        world.ports,
        world.queue(),
        addressees("ana"),
        ledger.Birth(None, MessageState.HELD, ("disconnected", "The account was disconnected.")),
        upto=1,
    )
    assert world.states() == {"ana": "held"}
    assert hold.expire_due(NOW + timedelta(days=3), limit=5) == 1


def test_a_message_cannot_be_queued_on_no_lane(world: World) -> None:
    with pytest.raises(ValueError, match="cannot begin"):
        ledger.expand(
            world.ports,
            world.queue(),
            addressees("ana"),
            ledger.Birth(None, MessageState.QUEUED),
            upto=1,
        )


@pytest.mark.parametrize("state", [MessageState.ACCEPTED, MessageState.SENDING])
def test_a_message_cannot_begin_as_sent(world: World, state: MessageState) -> None:
    notification = world.queue()
    with pytest.raises(ValueError, match="cannot begin"):
        ledger.expand(
            world.ports, notification, addressees("ana"), ledger.Birth(world.lane, state), upto=1
        )


def test_a_step_outside_the_table_is_refused(world: World) -> None:
    world.queue("ana")
    with pytest.raises(ValueError, match="cannot become"):
        ledger.move(
            Message.objects.all(), start=MessageState.EXPIRED, end=MessageState.QUEUED, now=NOW
        )


def test_held_mail_goes_out_in_its_old_place_when_released(world: World) -> None:
    world.queue("first", "second")
    assert hold.hold(world.lane, reason_code="account_lost", reason="Lost.", now=NOW) == 2
    world.drain()
    assert world.provider.sent == []
    assert world.message("first").reason == "Lost."
    world.clock.advance(timedelta(hours=1))
    world.queue("newer")
    assert hold.release(world.ports, world.lane, world.clock.now()) == 2
    world.drain()
    assert [a.split("@")[0] for a in world.provider.addresses] == ["first", "second", "newer"]
    assert world.message("first").reason == ""


def test_held_mail_that_is_too_late_is_not_released(world: World) -> None:
    world.queue("late", lives=timedelta(hours=1))
    world.queue("ana")
    hold.hold(world.lane, reason_code="account_lost", reason="The account is lost.", now=NOW)
    world.clock.advance(timedelta(hours=2))
    assert hold.release(world.ports, world.lane, world.clock.now()) == 1
    world.drain()
    assert world.states() == {"late": "expired", "ana": "accepted"}
    assert world.message("late").reason == "The account is lost."


def test_a_release_ends_the_pause_that_the_loss_had_made(world: World) -> None:
    world.queue("ana")
    hold.hold(world.lane, reason_code="account_lost", reason="Lost.", now=NOW)
    Lane.objects.filter(pk=world.lane.pk).update(blocked_until=NOW + timedelta(hours=1))
    hold.release(world.ports, world.lane, NOW)
    world.drain()
    assert world.states() == {"ana": "accepted"}


def test_cancelling_spares_what_has_left(world: World) -> None:
    world.queue("sent")
    world.drain()
    world.queue("queued")
    world.queue("held", state=MessageState.HELD)
    cancelled = hold.cancel_waiting(
        Message.objects.all(), reason_code="session_cancelled", reason="Cancelled.", now=NOW
    )
    assert cancelled == 2
    assert world.states() == {"sent": "accepted", "queued": "cancelled", "held": "cancelled"}


def test_expiry_goes_in_small_portions(world: World) -> None:
    world.queue(*(f"q{n}" for n in range(4)), lives=timedelta(hours=1))
    world.queue(*(f"h{n}" for n in range(4)), lives=timedelta(hours=1), state=MessageState.HELD)
    world.queue("ana")
    late = NOW + timedelta(hours=1)
    assert [hold.expire_due(late, limit=5) for _ in range(3)] == [5, 3, 0]
    assert ledger.sums(Message.objects.all())[MessageState.EXPIRED] == 8
    assert world.message("q0").reason
    assert world.message("ana").state == MessageState.QUEUED


def test_every_state_has_its_row_in_the_table() -> None:
    assert set(ledger.TRANSITIONS) == set(MessageState)
    reachable = ledger.BIRTH_STATES.union(*ledger.TRANSITIONS.values())
    assert reachable == set(MessageState)
