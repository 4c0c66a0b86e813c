"""Signing secrets: made here, sealed in their row, shown once."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from classbell.ports.bundle import Ports
from classbell.storage.models import WebhookEndpoint

PREFIX = "whsec_"
KEY_BYTES = 32
"""The specification asks for 24 to 64 bytes."""

OVERLAP = timedelta(days=1)
"""For how long the former secret signs as well, so that a receiver can change in its own time."""

SECRET_PLACE = "webhook.secret"  # noqa: S105 -- names a column
FORMER_PLACE = "webhook.former"


def give_secret(ports: Ports, endpoint: WebhookEndpoint) -> str:
    """Put a new secret into an endpoint that is about to be saved.

    Returns:
        The secret as its receiver needs it; it cannot be read again.
    """
    key = secrets.token_bytes(KEY_BYTES)
    endpoint.sealed_secret = ports.cipher.seal(key, bound_to=f"{SECRET_PLACE}:{endpoint.pk}")
    return PREFIX + base64.b64encode(key).decode()


def retire_secret(ports: Ports, endpoint: WebhookEndpoint) -> None:
    """Let the present secret sign for a while beside the one that will follow it."""
    key = ports.cipher.open(bytes(endpoint.sealed_secret), bound_to=f"{SECRET_PLACE}:{endpoint.pk}")
    endpoint.sealed_former = ports.cipher.seal(key, bound_to=f"{FORMER_PLACE}:{endpoint.pk}")
    endpoint.former_until = ports.clock.now() + OVERLAP


def signing_keys(ports: Ports, endpoint: WebhookEndpoint, now: datetime) -> tuple[bytes, ...]:
    """Return the keys that sign now, the current one first."""
    current = ports.cipher.open(
        bytes(endpoint.sealed_secret), bound_to=f"{SECRET_PLACE}:{endpoint.pk}"
    )
    if endpoint.former_until is None or endpoint.former_until <= now:
        return (current,)
    former = ports.cipher.open(
        bytes(endpoint.sealed_former), bound_to=f"{FORMER_PLACE}:{endpoint.pk}"
    )
    return (current, former)
