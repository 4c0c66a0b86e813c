"""Rows of the ledger for tests that look at it, as if they had been sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from classbell.storage.models import (
    Attempt,
    Catalog,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    Notification,
    Person,
)
from tests.support import NOW, a_person

LIFE = timedelta(days=9)


def a_message(
    catalog: Catalog,
    state: str,
    *,
    kind: str = "enrolment_confirmed",
    person: Person | None = None,
    **values: Any,
) -> Message:
    """Return a message in some state, to a person of its own unless one is named."""
    reader = person or a_person(f"Learner {Message.objects.count()}", catalog.organisation)
    context = values.pop("context", {})
    notification = Notification.objects.create(
        organisation=catalog.organisation,
        catalog=catalog,
        kind=kind,
        context=context,
        audience_size=1,
        created_at=NOW,
        due_at=NOW,
        expires_at=NOW + LIFE,
    )
    chosen = {
        "organisation": catalog.organisation,
        "catalog": catalog,
        "notification": notification,
        "person": reader,
        "address": reader.address,
        "name": reader.name,
        "language": "en",
        "time_zone": "UTC",
        "state": state,
        "due_at": NOW,
        "expires_at": NOW + LIFE,
        "created_at": NOW,
    }
    return Message.objects.create(**(chosen | values))


def a_try(
    message: Message, lane: Lane, state: str = "accepted", *, at: datetime = NOW, **values: Any
) -> Envelope:
    """Write down one more attempt of a message, made on a lane."""
    chosen = {
        "lane": lane,
        "epoch": 1,
        "route": lane.kind,
        "state": EnvelopeState(state),
        "recipients": 1,
        "started_at": at,
        "settled_at": at,
    }
    envelope = Envelope.objects.create(**(chosen | values))
    tries = Attempt.objects.filter(message=message).count()
    Attempt.objects.create(message=message, envelope=envelope, number=tries + 1)
    message.lane, message.envelope, message.attempt = lane, envelope, tries + 1
    message.save(update_fields=["lane", "envelope", "attempt"])
    return envelope
