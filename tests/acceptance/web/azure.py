"""What tests of pages about Azure Communication Service share."""

from __future__ import annotations

from classbell.storage.models import (
    Connection,
    Envelope,
    EnvelopeState,
    Lane,
    Message,
    MessageState,
    Notification,
)
from tests.support import NOW

SAVE = "/catalogs/academy/settings/connection/save"
SENDER = "noreply@contoso.example"
ON = {"m365_enabled": "on"}
CHOSEN = {**ON, "acs_enabled": "on"}


def setting() -> Connection:
    """Return the setting of the owner's catalog."""
    return Connection.objects.get(catalog__slug="academy")


def taken(lane: Lane, address: str) -> None:
    """Let a message of the owner's catalog have been taken on a lane."""
    catalog = setting().catalog
    common = {
        "organisation": catalog.organisation,
        "catalog": catalog,
        "created_at": NOW,
        "due_at": NOW,
        "expires_at": NOW.replace(year=2030),
    }
    Message.objects.create(
        notification=Notification.objects.create(
            kind="enrolment_confirmed", audience_size=1, expanded=1, **common
        ),
        lane=lane,
        address=address,
        language="en",
        time_zone="UTC",
        state=MessageState.ACCEPTED,
        envelope=Envelope.objects.create(
            lane=lane,
            epoch=1,
            route=lane.kind,
            state=EnvelopeState.ACCEPTED,
            recipients=1,
            started_at=NOW,
        ),
        **common,
    )
