"""How an organisation's Azure Communication Services resource is doing, for pages and operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from classbell.domain.notifications.lane_state import provider_lane, refusal
from classbell.ports.bundle import Ports
from classbell.storage.models import EmailProvider
from classbell.storage.queries.email_provider import (
    provider_of,
    recipients_taken,
    waiting_there,
)
from classbell.storage.queries.operator import active_providers


class ProviderStatus(StrEnum):
    """The one word about it."""

    NEVER_ACTIVATED = "never activated"
    ACTIVE = "active"
    REFUSED = "refused by Azure"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A resource and how it is doing.

    Attributes:
        status: the one word.
        provider: the row; None where it was never activated.
        explanation, code: why Azure refuses it; empty while it does not.
        taken_today: recipients whose mail it took in the last 24 hours.
        waiting: messages that wait for it.
    """

    status: ProviderStatus
    provider: EmailProvider | None = None
    explanation: str = ""
    code: str = ""
    taken_today: int = 0
    waiting: int = 0


def provider_state(ports: Ports, organisation_id: UUID) -> ProviderState:
    """Return how an organisation's resource is doing, from what is known here.

    Args:
        ports: the clock.
        organisation_id: whose; whether the reader may see it is the caller's check.
    """
    provider = provider_of(organisation_id)
    if provider is None:
        return ProviderState(ProviderStatus.NEVER_ACTIVATED)
    now = ports.clock.now()
    status, explanation, code = ProviderStatus.DEACTIVATED, "", ""
    if provider.active:
        refused = refusal(provider_lane(provider), now, provider.activated_at)
        status = ProviderStatus.REFUSED if refused else ProviderStatus.ACTIVE
        explanation, code = (refused.explanation, refused.code) if refused else ("", "")
    return ProviderState(
        status=status,
        provider=provider,
        explanation=explanation,
        code=code,
        taken_today=recipients_taken(provider, now=now),
        waiting=waiting_there(provider),
    )


def refused_providers(ports: Ports) -> list[str]:
    """Return the names of the organisations whose mail Azure refuses; for the operator alone."""
    now = ports.clock.now()
    return [
        provider.organisation.name
        for provider in active_providers()
        if refusal(provider_lane(provider), now, provider.activated_at)
    ]
