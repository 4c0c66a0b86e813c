"""Events of messages: written only where somebody wants to hear of them."""

from __future__ import annotations

import json

from classbell.delivery.ledger import move
from classbell.storage.models import DomainEvent, Message, MessageState, Notification
from tests.domain.webhooks.stage import Stage


def a_message(stage: Stage) -> Message:
    now = stage.clock.now()
    notification = Notification.objects.create(
        organisation=stage.cast.catalog.organisation,
        catalog=stage.cast.catalog,
        kind="session_message",
        audience_size=1,
        due_at=now,
        expires_at=now,
        created_at=now,
    )
    return Message.objects.create(
        organisation=stage.cast.catalog.organisation,
        catalog=stage.cast.catalog,
        notification=notification,
        person=stage.cast.learner,
        address=stage.cast.learner.address,
        language="en",
        time_zone="UTC",
        state=MessageState.SENDING,
        due_at=now,
        expires_at=now,
        created_at=now,
    )


def fail(stage: Stage, message: Message) -> None:
    rows = Message.objects.filter(pk=message.pk)
    move(
        rows,
        start=MessageState.SENDING,
        end=MessageState.FAILED,
        now=stage.clock.now(),
        reason_code="ErrorInvalidRecipients",
    )


def test_a_failed_message_is_told_by_ids_alone(stage: Stage) -> None:
    stage.endpoint(event_types=("message.failed",))
    message = a_message(stage)
    fail(stage, message)
    stage.work()
    (one,) = stage.receiver.received
    assert json.loads(one.body)["data"] == {
        "catalog": "academy",
        "message": message.pk,
        "kind": "session_message",
        "person": str(stage.cast.learner.pk),
        "reason_code": "ErrorInvalidRecipients",
    }
    assert stage.cast.learner.address not in one.body


def test_nothing_is_written_where_nobody_wants_it(stage: Stage) -> None:
    stage.endpoint(stage.cast.foreign_catalog, event_types=("message.failed",))
    fail(stage, a_message(stage))
    assert not DomainEvent.objects.filter(name="message.failed").exists()
