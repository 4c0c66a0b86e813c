"""Whose reports are believed: a resource speaks about its own envelopes and no others."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.reports import ReportResult
from classbell.domain.notifications.lane_state import provider_lane
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.providers.activation import deactivate
from classbell.domain.providers.delivery_reports import take_reports
from classbell.ports.reports import DeliveryReport, ReportedState
from classbell.storage.models import (
    Attempt,
    EmailProvider,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
)
from tests.domain.connections.stage import Stage
from tests.support import NOW, a_provider

pytestmark = pytest.mark.django_db

ANA = "ana@contoso.example"


def accepted(stage: Stage, lane: Lane) -> UUID:
    """Let a message of the owner's catalog have been taken on a lane; return its envelope."""
    envelope = Envelope.objects.create(
        lane=lane, epoch=1, route=lane.kind, recipients=1, started_at=NOW
    )
    Envelope.objects.filter(pk=envelope.pk).update(state=EnvelopeState.ACCEPTED)
    message = stage.a_message(MessageState.ACCEPTED, lane=lane, envelope=envelope)
    Attempt.objects.create(message=message, envelope=envelope, number=1)
    return envelope.pk


def report(operation: object) -> list[DeliveryReport]:
    said = {"code": "Bounced", "reason": "It was refused.", "detail": "550 5.1.1", "at": NOW}
    return [DeliveryReport("1", str(operation), ANA, ReportedState.BOUNCED, **said)]  # type: ignore[arg-type]  # its fields


def told(stage: Stage, provider: EmailProvider, operation: object) -> ReportResult:
    [result] = take_reports(stage.ports, provider, report(operation))
    return result


def test_a_report_about_its_own_mail_is_written_down(stage: Stage) -> None:
    stage.connect()
    provider = a_provider(stage.ports)
    envelope_id = accepted(stage, provider_lane(provider))

    assert told(stage, provider, envelope_id) == ReportResult.RECORDED

    message = Message.objects.get()
    assert (message.state, message.reason) == ("bounced", "It was refused. 550 5.1.1")


def test_it_is_still_believed_about_what_it_took_before_its_deactivation(stage: Stage) -> None:
    stage.connect()
    provider = a_provider(stage.ports)
    envelope_id = accepted(stage, provider_lane(provider))
    deactivate(stage.ports, stage.catalog.organisation, actor=OPERATOR)
    assert told(stage, provider, envelope_id) == ReportResult.RECORDED


def test_another_organisations_resource_is_not_believed(stage: Stage) -> None:
    stage.connect()
    ours = a_provider(stage.ports)
    theirs = a_provider(stage.ports, stage.cast.foreign_catalog.organisation)
    envelope_id = accepted(stage, provider_lane(ours))

    assert told(stage, theirs, envelope_id) == ReportResult.UNKNOWN_MESSAGE

    assert Message.objects.get().state == MessageState.ACCEPTED


def test_it_says_nothing_about_mail_of_the_account(stage: Stage) -> None:
    account = stage.connect()
    provider = a_provider(stage.ports)
    envelope_id = accepted(stage, mailbox_lane(account))
    assert told(stage, provider, envelope_id) == ReportResult.UNKNOWN_MESSAGE


@pytest.mark.parametrize("operation", ["", "no-uuid", uuid4()])
def test_what_names_no_envelope_is_passed_over(stage: Stage, operation: object) -> None:
    assert told(stage, a_provider(stage.ports), operation) == ReportResult.UNKNOWN_MESSAGE
