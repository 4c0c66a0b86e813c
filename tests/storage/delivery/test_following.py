"""How mail that a provider took has ended, asked for where the provider does not report it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.following import FOLLOW, GIVES_UP, HANDED_OVER
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.mail import Sighting, SightingState
from classbell.ports.reports import ReportedState
from classbell.storage.models import Envelope, Message, WorkItem
from tests.storage.delivery.test_reports import report
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]

RUNNING = Sighting(SightingState.UNDER_WAY)
SENT = Sighting(SightingState.SENT)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def following(world: World) -> World:
    """Give a lane whose provider is asked, with one mail that it took."""
    world.follows, world.sightings = True, []
    world.queue("ana")
    world.drain()
    assert world.states() == {"ana": "accepted"}
    return world


def later(world: World, span: timedelta, *sightings: Sighting) -> None:
    """Let time pass while the provider says this, in order."""
    assert world.sightings is not None
    world.sightings += sightings
    world.run_until(world.clock.now() + span, step=timedelta(seconds=10))


def asked_again() -> bool:
    return WorkItem.objects.filter(kind=FOLLOW).exists()


def test_handed_over_is_written_down_and_is_not_delivery(following: World) -> None:
    later(following, MINUTE, SENT)
    assert following.states() == {"ana": "accepted"}
    envelope = Envelope.objects.get()
    assert envelope.code == HANDED_OVER
    assert "whether it arrived is not known" in envelope.explanation
    assert not asked_again()


def test_given_up_it_has_the_providers_reason(following: World) -> None:
    later(following, MINUTE, Sighting(SightingState.FAILED, code="EmailDropped", reason="Dropped."))
    ana = Message.objects.get()
    assert (ana.state, ana.reason) == ("bounced", "Dropped. EmailDropped")
    assert not asked_again()


def test_it_is_asked_ever_more_rarely_and_not_for_ever(following: World) -> None:
    later(following, GIVES_UP + timedelta(minutes=20), *[RUNNING] * 100)
    assert following.sightings is not None
    assert 5 <= 100 - len(following.sightings) <= 10
    assert following.states() == {"ana": "accepted"}
    assert not asked_again()


def test_the_pause_that_the_provider_names_is_kept(following: World) -> None:
    busy = Sighting(SightingState.UNDER_WAY, again_at=NOW + 10 * MINUTE)
    later(following, 9 * MINUTE, busy, SENT)
    assert following.sightings == [SENT]
    later(following, 2 * MINUTE)
    assert Envelope.objects.get().code == HANDED_OVER


def test_what_is_reported_meanwhile_is_not_asked_for(following: World) -> None:
    report(following, Envelope.objects.get().pk, ReportedState.DELIVERED)
    later(following, MINUTE, SENT)
    assert following.sightings == [SENT]
    assert not asked_again()


def test_a_provider_that_reports_is_never_asked(world: World) -> None:
    world.queue("ana")
    world.drain()
    assert not asked_again()


def test_a_quota_of_asking_that_is_used_up_delays_no_mail(following: World) -> None:
    until = NOW + 5 * MINUTE
    following.queue("bo")
    following.drain()
    following.sightings = [Verdict(VerdictKind.THROTTLED, "429", until=until), SENT]
    following.run_until(NOW + MINUTE, step=timedelta(seconds=10))
    assert {item.due_at for item in WorkItem.objects.filter(kind=FOLLOW)} == {until}
    following.queue("cy")
    following.drain()
    assert following.states()["cy"] == "accepted"
