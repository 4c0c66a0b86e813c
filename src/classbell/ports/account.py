"""What can be learnt about a connected account: its profile and its licences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from classbell.ports.mail import Mailbox


@dataclass(frozen=True, slots=True)
class Profile:
    """The account's own entry in the directory. ``mail`` is empty where it has no mailbox."""

    object_id: UUID
    display_name: str
    mail: str
    username: str
    user_type: str = ""


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One licensed service. ``active`` is True for provisioning status Success."""

    plan_id: UUID
    name: str
    active: bool


class AccountFacts(Protocol):
    """Reads profile and licences. Every method raises ``ProviderFailure`` with a verdict."""

    def profile(self, mailbox: Mailbox) -> Profile:
        """Read who the account is."""
        ...

    def service_plans(self, mailbox: Mailbox) -> tuple[ServicePlan, ...]:
        """Read which services are licensed."""
        ...
