"""Mail that names nobody goes many to an envelope; one bad address does not cost the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.ledger import sums
from classbell.delivery.pace import Pace
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import Attempt, Envelope, Message, MessageState
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]

REFUSED = Verdict(VerdictKind.REFUSED, "ErrorInvalidRecipients", "That address cannot be used.")


def people(count: int, name: str = "p") -> list[str]:
    return [f"{name}{number}" for number in range(count)]


def test_a_shared_notification_takes_few_envelopes_and_reaches_everybody_once(
    world: World,
) -> None:
    world.pace = Pace()
    world.queue(*people(700), together=1000)
    world.run_until(NOW + timedelta(seconds=5))
    assert [len(reached) for _, reached in world.provider.envelopes] == [500, 200]
    assert sorted(world.provider.addresses) == sorted(f"{p}@contoso.example" for p in people(700))
    assert set(world.states().values()) == {"accepted"}
    assert [e.recipients for e in Envelope.objects.order_by("-recipients")] == [500, 200]


def test_languages_never_share_an_envelope(world: World) -> None:
    world.queue(*people(3, "en"), together=1000)
    danish = world.queue(*people(2, "da"), together=1000, language="da")
    world.pace = Pace()
    world.drain()
    shared = [reached for _, reached in world.provider.envelopes]
    assert sorted(map(len, shared)) == [2, 3]
    assert Envelope.objects.filter(messages__notification=danish).distinct().count() == 1


def test_what_names_a_person_goes_alone(world: World) -> None:
    world.pace = Pace()
    world.queue(*people(3), together=1)
    world.drain()
    assert [len(reached) for _, reached in world.provider.envelopes] == [1, 1, 1]


@pytest.mark.parametrize("bad", [["p0"], ["p49"], ["p3", "p31"]])
def test_one_bad_address_does_not_cost_the_others(world: World, bad: list[str]) -> None:
    for name in bad:
        world.provider.answers[f"{name}@contoso.example"] = [REFUSED] * 99
    world.queue(*people(50), together=1000)
    world.pace = Pace(messages_per_minute=0)
    world.run_until(NOW + timedelta(minutes=1))
    states = world.states()
    assert sorted(name for name, state in states.items() if state == "failed") == bad
    assert sorted(set(states.values())) == ["accepted", "failed"]
    assert len(world.provider.addresses) == len(set(world.provider.addresses)) == 50 - len(bad)
    assert world.message(bad[0]).reason_code == "ErrorInvalidRecipients"
    assert Attempt.objects.filter(message__name=bad[0]).count() <= 8, "halves, not one by one"


def test_an_envelope_never_has_more_people_than_the_day_has_left(world: World) -> None:
    world.pace = Pace(messages_per_minute=0, recipients_per_day=120, urgent_reserve=20)
    world.queue(*people(300), together=1000)
    world.run_until(NOW + timedelta(seconds=5))
    assert [len(reached) for _, reached in world.provider.envelopes] == [100]
    world.queue("urgent", priority=10)
    world.run_until(NOW + timedelta(seconds=10))
    assert world.states()["urgent"] == "accepted"


def test_what_is_in_doubt_concerns_the_whole_envelope(world: World) -> None:
    world.provider.answers["p7@contoso.example"] = [Verdict(VerdictKind.UNKNOWN)]
    world.queue(*people(20), together=1000)
    world.pace = Pace()
    world.drain()
    assert set(world.states().values()) == {"unknown"}
    counted = sums(Message.objects.all())
    assert counted[MessageState.UNKNOWN] == sum(counted.values()) == 20


def test_one_who_was_cancelled_meanwhile_is_left_out(world: World) -> None:
    world.queue(*people(3), together=1000)
    Message.objects.filter(name="p1").update(state=MessageState.CANCELLED)
    world.pace = Pace()
    world.drain()
    assert world.provider.addresses == ["p0@contoso.example", "p2@contoso.example"]


def test_people_outside_the_organisation_are_counted(world: World) -> None:
    world.queue("ana", "guest@elsewhere.example", "bo", together=1000)
    world.pace = Pace()
    world.drain()
    envelope = Envelope.objects.get()
    assert (envelope.recipients, envelope.external_recipients) == (3, 1)
    assert envelope.size > 0


def test_very_large_mail_waits_for_its_five_minutes(world: World) -> None:
    world.pace = Pace(messages_per_minute=0, bytes_per_five_minutes=250)
    world.queue(*people(6))
    world.drain()
    first = len(world.provider.sent)
    assert 0 < first < 6
    world.run_until(NOW + timedelta(minutes=4), step=timedelta(seconds=30))
    assert len(world.provider.sent) == first
    world.run_until(NOW + timedelta(minutes=30), step=timedelta(seconds=30))
    assert len(world.provider.sent) == 6


def test_an_hourly_limit_holds_exactly_where_it_is_small(world: World) -> None:
    world.pace = Pace(messages_per_minute=30, messages_per_hour=40, recipients_per_day=0)
    world.queue(*people(60))
    world.run_until(NOW + timedelta(minutes=59), step=timedelta(seconds=20))
    assert len(world.provider.sent) == 40
    world.run_until(NOW + timedelta(minutes=63), step=timedelta(seconds=20))
    assert len(world.provider.sent) == 60
