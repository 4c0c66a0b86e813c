"""Delivery reports: what they change, when they come too early, and what they never change."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from classbell.delivery.ledger import sums
from classbell.delivery.reports import ReportResult, record_report
from classbell.ports.errors import Verdict, VerdictKind
from classbell.ports.reports import ReportedState
from classbell.storage.models import (
    Attempt,
    Envelope,
    EnvelopeState,
    Message,
    MessageState,
)
from tests.storage.delivery.world import NOW, World

pytestmark = [pytest.mark.store, pytest.mark.django_db]

FAILURES = [outcome for outcome in ReportedState if not outcome.arrived]
ARRIVALS = [outcome for outcome in ReportedState if outcome.arrived]
DOUBT = Verdict(VerdictKind.UNKNOWN, "dropped", "The connection broke.")


def sent(world: World, *names: str) -> UUID:
    """Send to these people, and return the envelope of the first."""
    world.queue(*names)
    world.drain()
    return envelope_of(world, names[0])


def envelope_of(world: World, name: str) -> UUID:
    found = world.message(name).envelope_id
    assert found is not None
    return found


def report(
    world: World,
    envelope_id: UUID,
    outcome: ReportedState = ReportedState.DELIVERED,
    *,
    name: str = "ana",
    detail: str = "",
) -> ReportResult:
    at = world.clock.now()
    return record_report(world.ports, envelope_id, f"{name}@contoso.example", outcome, detail, at)


@pytest.mark.parametrize("outcome", ARRIVALS)
def test_an_arrival_is_written_down_with_its_moment(world: World, outcome: ReportedState) -> None:
    envelope_id = sent(world, "ana")
    world.clock.advance(timedelta(minutes=3))

    assert report(world, envelope_id, outcome) == ReportResult.RECORDED

    ana = world.message("ana")
    assert (ana.state, ana.settled_at) == ("delivered", NOW + timedelta(minutes=3))


def test_the_address_counts_in_any_case_and_time_never_lies_ahead(world: World) -> None:
    envelope_id = sent(world, "ana")
    ahead = NOW + timedelta(days=1)
    arrived = ReportedState.DELIVERED

    found = record_report(world.ports, envelope_id, "ANA@Contoso.Example", arrived, "", ahead)

    assert found == ReportResult.RECORDED
    assert world.message("ana").settled_at == NOW


@pytest.mark.parametrize("outcome", FAILURES)
def test_every_failure_becomes_a_return_with_its_reason(
    world: World, outcome: ReportedState
) -> None:
    envelope_id = sent(world, "ana")

    report(world, envelope_id, outcome, detail="It was refused. 550 5.1.1 no such user")

    ana = world.message("ana")
    assert (ana.state, ana.reason_code) == ("bounced", outcome.value)
    assert ana.reason == "It was refused. 550 5.1.1 no such user"


def test_a_report_repeated_or_out_of_order_changes_nothing(world: World) -> None:
    envelope_id = sent(world, "ana")
    report(world, envelope_id, ReportedState.BOUNCED)

    for outcome in (ReportedState.BOUNCED, ReportedState.DELIVERED):
        assert report(world, envelope_id, outcome) == ReportResult.RECORDED

    assert world.states() == {"ana": "bounced"}


def test_mail_that_was_delivered_can_still_come_back(world: World) -> None:
    envelope_id = sent(world, "ana")
    report(world, envelope_id)
    report(world, envelope_id, ReportedState.BOUNCED)
    assert world.states() == {"ana": "bounced"}


def test_what_is_on_the_wire_is_reported_again_later(world: World) -> None:
    envelope_id = sent(world, "ana")
    Message.objects.update(state=MessageState.SENDING)

    assert report(world, envelope_id) == ReportResult.TOO_EARLY

    assert world.states() == {"ana": "sending"}


def test_a_report_ends_the_doubt_about_an_envelope_and_all_it_carries(world: World) -> None:
    world.provider.answers = {"ana@contoso.example": [DOUBT]}
    envelope_id = sent(world, "ana", "bo")
    bo = world.message("bo")
    Message.objects.filter(pk=bo.pk).update(envelope=envelope_id, state=MessageState.UNKNOWN)
    Attempt.objects.create(message=bo, envelope_id=envelope_id, number=1)
    assert world.states() == {"ana": "unknown", "bo": "unknown"}

    assert report(world, envelope_id) == ReportResult.RECORDED

    assert world.states() == {"ana": "delivered", "bo": "accepted"}
    assert Envelope.objects.get(pk=envelope_id).state == EnvelopeState.ACCEPTED


def test_mail_that_arrived_by_an_earlier_try_is_not_sent_again(world: World) -> None:
    world.provider.answers = {"ana@contoso.example": [DOUBT]}
    first = sent(world, "ana")
    Message.objects.update(state=MessageState.QUEUED, due_at=NOW + timedelta(minutes=5))

    assert report(world, first) == ReportResult.RECORDED

    world.clock.advance(timedelta(minutes=10))
    world.drain()
    assert (world.states(), world.provider.sent) == ({"ana": "delivered"}, [])


def test_a_failure_of_an_earlier_try_is_history(world: World) -> None:
    world.provider.answers = {"ana@contoso.example": [DOUBT]}
    first = sent(world, "ana")
    Message.objects.update(state=MessageState.QUEUED)
    assert report(world, first, ReportedState.BOUNCED) == ReportResult.RECORDED
    assert world.states() == {"ana": "queued"}


@pytest.mark.parametrize("name", ["bo", "nobody"])
def test_a_report_about_somebody_else_is_unknown(world: World, name: str) -> None:
    envelope_id = sent(world, "ana", "bo")
    assert report(world, envelope_id, name=name) == ReportResult.UNKNOWN_MESSAGE
    assert report(world, uuid4()) == ReportResult.UNKNOWN_MESSAGE


def test_sums_add_up_after_all_of_it(world: World) -> None:
    envelope_id = sent(world, "ana", "bo", "cai")
    for outcome in ReportedState:
        report(world, envelope_id, outcome)
    counted = sums(Message.objects.all())
    assert sum(counted.values()) == Message.objects.count() == 3
    assert (counted[MessageState.BOUNCED], counted[MessageState.ACCEPTED]) == (1, 2)
