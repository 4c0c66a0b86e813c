"""Serving a lane: what goes, in which order, and what each failure does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.ledger import sums
from classbell.ports.errors import ConfigurationFault, Verdict, VerdictKind
from classbell.storage.models import (
    Attempt,
    Envelope,
    EnvelopeState,
    Message,
    MessageState,
)
from tests.storage.delivery.world import NOW, World, gone

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_what_is_queued_is_sent_once_and_accepted(world: World) -> None:
    world.queue("ana", "bo", "cai", "dee", "eva")
    assert world.drain()
    assert world.provider.addresses == [
        f"{n}@contoso.example" for n in ("ana", "bo", "cai", "dee", "eva")
    ]
    assert set(world.states().values()) == {"accepted"}
    assert not world.drain(), "a lane with nothing to do is not due"


def test_every_send_is_an_envelope_with_the_providers_request_id(world: World) -> None:
    world.queue("ana")
    world.drain()
    envelope = Envelope.objects.get()
    assert (envelope.state, envelope.request_id) == (
        EnvelopeState.ACCEPTED,
        "request-ana@contoso.example",
    )
    assert envelope.route == "mailbox"
    assert Attempt.objects.get().message == world.message("ana")


def test_urgent_mail_overtakes_what_waits(world: World) -> None:
    world.queue("bulk", priority=80)
    world.queue("normal")
    world.queue("urgent", priority=10)
    world.drain()
    assert [a.split("@")[0] for a in world.provider.addresses] == ["urgent", "normal", "bulk"]


def test_mail_of_the_future_waits_and_wakes_its_lane(world: World) -> None:
    world.queue("later", due_at=NOW + timedelta(hours=3))
    assert not world.drain()
    world.clock.advance(timedelta(hours=3))
    assert world.drain()
    assert world.states() == {"later": "accepted"}


@pytest.mark.parametrize("fault", [gone(), KeyError("title")])
def test_a_poisoned_message_does_not_block_its_lane(world: World, fault: Exception) -> None:
    world.unwritable["bad"] = fault
    world.queue("bad", "good")
    world.drain()
    assert world.states()["good"] == "accepted"
    world.run_until(NOW + timedelta(minutes=20), step=timedelta(seconds=15))
    bad = world.message("bad")
    assert bad.state == MessageState.FAILED
    assert bad.reason
    assert world.reread().due_at is None


def test_a_refused_message_fails_with_the_providers_reason(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [
        Verdict(VerdictKind.REFUSED, "ErrorInvalidRecipients", "That address cannot be used.")
    ]
    world.queue("ana", "bo")
    world.drain()
    assert world.states() == {"ana": "failed", "bo": "accepted"}
    assert world.message("ana").reason == "That address cannot be used."
    assert Envelope.objects.get(messages__name="ana").code == "ErrorInvalidRecipients"


def test_a_fault_that_passes_is_tried_again(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [Verdict(VerdictKind.RETRY, status=503)] * 2
    world.queue("ana")
    world.run_until(NOW + timedelta(minutes=1))
    assert world.message("ana").state == MessageState.ACCEPTED
    assert Attempt.objects.filter(message__name="ana").count() == 3
    assert [e.state for e in Envelope.objects.order_by("started_at")] == [
        EnvelopeState.REFUSED,
        EnvelopeState.REFUSED,
        EnvelopeState.ACCEPTED,
    ]


def test_throttling_rests_the_lane_until_the_providers_moment(world: World) -> None:
    until = NOW + timedelta(seconds=90)
    world.provider.answers["ana@contoso.example"] = [
        Verdict(VerdictKind.THROTTLED, "ErrorTooManyRequests", until=until)
    ]
    world.queue("ana", "bo")
    world.run_until(until)
    assert world.provider.sent == []
    world.run_until(until + timedelta(seconds=3))
    assert world.provider.addresses == ["ana@contoso.example", "bo@contoso.example"]


def test_what_may_have_arrived_is_unknown_and_never_sent_again(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [
        Verdict(VerdictKind.UNKNOWN, explanation="The connection broke before the answer.")
    ]
    world.queue("ana")
    world.run_until(NOW + timedelta(hours=1), step=timedelta(minutes=1))
    assert world.states() == {"ana": "unknown"}
    assert Envelope.objects.get().state == EnvelopeState.UNKNOWN
    assert world.provider.sent == []


def test_an_unforeseen_fault_while_sending_is_unknown(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [RuntimeError("no idea")]
    world.queue("ana", "bo")
    world.drain()
    assert world.states() == {"ana": "unknown", "bo": "accepted"}


def test_a_lost_account_is_told_once_and_its_mail_keeps_its_place(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [
        Verdict(VerdictKind.SIGN_IN_AGAIN, "AADSTS50173", "The password was changed.")
    ]
    world.queue("ana", "bo")
    world.drain()
    assert [v.code for v in world.provider.lost] == ["AADSTS50173"]
    assert world.states() == {"ana": "queued", "bo": "queued"}
    assert world.provider.sent == []
    assert world.message("ana").due_at == NOW


def test_a_wrongly_set_up_installation_rests_the_lane_and_loses_nothing(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [ConfigurationFault("No secret.")]
    world.queue("ana")
    world.run_until(NOW + timedelta(seconds=50), step=timedelta(seconds=10))
    assert world.states() == {"ana": "queued"}
    assert world.provider.lost == []
    world.run_until(NOW + timedelta(seconds=90), step=timedelta(seconds=10))
    assert world.states() == {"ana": "accepted"}


def test_one_message_alone_cannot_pass_for_a_wrongly_set_up_installation(world: World) -> None:
    strange = Verdict(VerdictKind.OPERATOR_FAULT, "InvalidInternetMessageHeader")
    world.provider.answers["strange@contoso.example"] = [strange] * 99
    world.queue("strange", "ana", "bo")
    world.run_until(NOW + timedelta(minutes=5), step=timedelta(seconds=10))
    assert world.states() == {"strange": "queued", "ana": "accepted", "bo": "accepted"}


def test_what_is_too_late_expires_with_the_reason_that_stopped_it(world: World) -> None:
    world.provider.answers["ana@contoso.example"] = [
        Verdict(VerdictKind.RETRY, "ServiceUnavailable", "The mailbox is being moved.")
    ] * 99
    world.queue("ana", lives=timedelta(minutes=3))
    world.run_until(NOW + timedelta(minutes=20), step=timedelta(seconds=10))
    ana = world.message("ana")
    assert (ana.state, ana.reason_code) == (MessageState.EXPIRED, "expired")
    assert ana.reason == "The mailbox is being moved."
    assert ana.settled_at is not None


def test_sums_are_all_the_messages(world: World) -> None:
    world.provider.answers["bo@contoso.example"] = [Verdict(VerdictKind.UNKNOWN)]
    world.unwritable["cai"] = gone()
    world.queue("ana", "bo", "cai")
    world.queue("dee", state=MessageState.HELD)
    world.drain()
    counted = sums(Message.objects.all())
    assert sum(counted.values()) == Message.objects.count() == 4
    assert set(counted) == set(MessageState)
    assert {state: n for state, n in counted.items() if n} == {
        MessageState.ACCEPTED: 1,
        MessageState.UNKNOWN: 1,
        MessageState.FAILED: 1,
        MessageState.HELD: 1,
    }
