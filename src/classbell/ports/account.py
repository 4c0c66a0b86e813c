"""What can be learnt about a connected account: its profile, its licences, its mailbox's kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class LicenceLists:
    """Which service plans mean what; from Microsoft's table and the operator's settings.

    Attributes:
        mail: plans with Exchange Online Plan 1 or better.
        too_small: Exchange plans below that.
        teams: plans with Teams.
        mail_prefix, teams_prefix: how names of such plans begin, also of those not listed.
    """

    mail: frozenset[UUID] = frozenset()
    too_small: frozenset[UUID] = frozenset()
    teams: frozenset[UUID] = frozenset()
    mail_prefix: str = "EXCHANGE_"
    teams_prefix: str = "TEAMS"


class MailboxPurpose(StrEnum):
    """What a mailbox is for."""

    USER = "user"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"
    OTHER = "other"


class AccountFacts(Protocol):
    """Reads facts about the account. Every method raises ``ProviderFailure`` with a verdict."""

    def profile(self, mailbox: Mailbox) -> Profile:
        """Read who the account is."""
        ...

    def service_plans(self, mailbox: Mailbox) -> tuple[ServicePlan, ...]:
        """Read which services are licensed."""
        ...

    def mailbox_purpose(self, mailbox: Mailbox) -> MailboxPurpose:
        """Read what the mailbox is for."""
        ...
