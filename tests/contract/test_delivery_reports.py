"""Delivery reports as the sandbox's Event Grid brings them are understood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from classbell.microsoft.acs import EventGridReports
from classbell.ports.mail import Address, Mail
from classbell.ports.reports import DeliveryReport, ReportedState
from m365sandbox.testing import Sandbox
from tests.contract.email_sides import EmailSide, a_key
from tests.sandbox.acs.webhook import Webhook

PEOPLE = {
    "zoe.dubois@contoso.example": ReportedState.DELIVERED,
    "nobody@contoso.example": ReportedState.BOUNCED,
    "quarantine@elsewhere.example": ReportedState.FILTERED,
    "blocked@elsewhere.example": ReportedState.SUPPRESSED,
}


@pytest.fixture
def webhook(sandbox: Sandbox) -> Iterator[Webhook]:
    """Give a webhook, and let it be told nothing more afterwards."""
    with Webhook() as opened:
        yield opened
        for one in sandbox.control.acs.subscriptions():
            sandbox.control.acs.unsubscribe(one["subscription_id"])


@pytest.mark.parametrize("schema", ["EventGridSchema", "CloudEventSchemaV1_0"])
def test_each_recipient_is_reported_by_the_key_of_the_mail(
    sandbox: Sandbox,
    sandbox_email: EmailSide,
    webhook: Webhook,
    schema: str,
) -> None:
    reader, control, key = EventGridReports(), sandbox.control.acs, a_key()
    control.release_all()
    control.suppress("blocked@elsewhere.example")
    control.outcome("quarantine@*", status="Quarantined", message="Policy 7")
    control.subscribe(webhook.url, schema=schema)
    to = tuple(Address(one) for one in PEOPLE)
    sandbox_email.service.send(sandbox_email.resource, Mail("Hi", "<p>Hi</p>", to=to), key)
    sandbox_email.later()

    reports: list[DeliveryReport] = []
    for brought in webhook.wait_for(len(PEOPLE)):
        found = reader.read(brought.raw)
        assert not found.unreadable
        assert found.agreement is None
        reports += found.reports
    assert {one.recipient: one.state for one in reports} == PEOPLE
    assert {one.operation_id for one in reports} == {key}
    assert len({one.report_id for one in reports}) == len(PEOPLE)
    now = sandbox.control.now()
    for one in reports:
        assert now - timedelta(minutes=1) < one.at <= now
        assert bool(one.reason) is not one.state.arrived
        assert one.internet_message_id
    assert {one.detail for one in reports if one.state is ReportedState.FILTERED} == {"Policy 7"}


def test_the_handshake_is_answered_with_what_the_reader_says(
    sandbox: Sandbox, webhook: Webhook
) -> None:
    webhook.agrees = False
    sandbox.control.acs.subscribe(webhook.url)
    agreement = EventGridReports().read(webhook.brought[0].raw).agreement
    assert agreement == {"validationResponse": webhook.brought[0].body[0]["data"]["validationCode"]}
