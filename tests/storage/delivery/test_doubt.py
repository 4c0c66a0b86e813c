"""What nobody is sure of: asked for at the provider, sent again where harmless, else shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.doubt import LOOK_UP
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.mail import Accepted, Sighting, SightingState
from classbell.storage.models import Envelope, EnvelopeState, WorkItem
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]

UNKNOWN = Verdict(VerdictKind.UNKNOWN, "network", "The connection broke before the answer.")
SENT = Sighting(SightingState.SENT, Accepted(provider_id="op-1", internet_message_id="<a@b>"))


def in_doubt(world: World, *sightings: Sighting | Verdict | None) -> None:
    """Send one mail of which nobody knows whether it left, to a provider that says this."""
    world.sightings = list(sightings)
    world.provider.answers["ana@contoso.example"] = [UNKNOWN]
    world.queue("ana")
    world.run_until(NOW + timedelta(minutes=5), step=timedelta(seconds=5))


def test_found_at_the_provider_it_is_accepted_and_not_sent_again(world: World) -> None:
    in_doubt(world, SENT)
    assert world.states() == {"ana": "accepted"}
    assert world.provider.sent == []
    envelope = Envelope.objects.get()
    assert (envelope.state, envelope.provider_id) == (EnvelopeState.ACCEPTED, "op-1")
    assert envelope.internet_message_id == "<a@b>"
    assert world.message("ana").reason == ""


def test_not_found_there_it_is_sent_once_more(world: World) -> None:
    in_doubt(world, Sighting(SightingState.NEVER_SENT))
    assert world.states() == {"ana": "accepted"}
    assert world.provider.addresses == ["ana@contoso.example"]
    assert sorted(Envelope.objects.values_list("state", flat=True)) == ["accepted", "refused"]


def test_given_up_there_it_fails_with_the_providers_reason(world: World) -> None:
    in_doubt(world, Sighting(SightingState.FAILED, code="EmailDropped", reason="Suppressed."))
    ana = world.message("ana")
    assert (ana.state, ana.reason_code, ana.reason) == ("failed", "EmailDropped", "Suppressed.")
    assert world.provider.sent == []


def test_as_long_as_the_provider_cannot_say_it_is_asked_again(world: World) -> None:
    in_doubt(world, *[Sighting(SightingState.UNDER_WAY)] * 3, SENT)
    assert world.states() == {"ana": "accepted"}
    assert world.sightings == []
    assert not WorkItem.objects.filter(kind=LOOK_UP).exists()


@pytest.mark.parametrize(
    "refusal",
    [
        Verdict(VerdictKind.REFUSED, "ErrorInvalidRequest", "That cannot be asked."),
        Verdict(VerdictKind.NOT_FOUND, "ErrorItemNotFound", "There is no such thing."),
        Verdict(VerdictKind.CONFLICT, "ErrorIrresolvableConflict", "Somebody changed it."),
        Verdict(VerdictKind.CONSENT_NEEDED, "ErrorAccessDenied", permission="Mail.ReadWrite"),
        Verdict(VerdictKind.RETRY, "UnknownError", "It passes."),
    ],
    ids=lambda refusal: refusal.kind,
)
def test_a_question_that_is_refused_is_asked_again_soon(world: World, refusal: Verdict) -> None:
    in_doubt(world, refusal, SENT)
    assert world.states() == {"ana": "accepted"}
    assert world.provider.sent == []


def test_a_question_that_is_refused_for_a_day_leaves_it_to_the_kind(world: World) -> None:
    refused = Verdict(VerdictKind.REFUSED, "ErrorInvalidRequest", "That cannot be asked.")
    in_doubt(world, *[refused] * 200)
    world.run_until(NOW + timedelta(days=1, hours=1), step=timedelta(minutes=10))
    assert world.states() == {"ana": "unknown"}
    assert not WorkItem.objects.filter(kind=LOOK_UP).exists()


def test_a_provider_that_cannot_tell_after_all_leaves_it_in_doubt(world: World) -> None:
    in_doubt(world, None)
    assert world.states() == {"ana": "unknown"}
    assert not WorkItem.objects.filter(kind=LOOK_UP).exists()


def test_a_kind_whose_second_copy_is_harmless_is_sent_again(world: World) -> None:
    world.resend_unknown = True
    world.provider.answers["ana@contoso.example"] = [UNKNOWN]
    world.queue("ana")
    world.run_until(NOW + timedelta(minutes=1))
    assert world.states() == {"ana": "accepted"}


def test_but_not_for_ever(world: World) -> None:
    world.resend_unknown = True
    world.provider.answers["ana@contoso.example"] = [UNKNOWN] * 9
    world.queue("ana")
    world.run_until(NOW + timedelta(hours=1), step=timedelta(seconds=30))
    assert world.states() == {"ana": "unknown"}
    assert Envelope.objects.count() == 3


def test_while_in_doubt_it_counts_as_sent(world: World) -> None:
    world.sightings = [Sighting(SightingState.UNDER_WAY)] * 99
    world.provider.answers["ana@contoso.example"] = [UNKNOWN]
    world.queue("ana")
    world.drain()
    assert world.states() == {"ana": "unknown"}
    assert Envelope.objects.get().traceable
    world.clock.advance(timedelta(seconds=20))
    world.drain()
    assert WorkItem.objects.get(kind=LOOK_UP).due_at > world.clock.now()
