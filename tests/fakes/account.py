"""An account with a profile and licences."""

from __future__ import annotations

from uuid import UUID, uuid5

from classbell.ports.account import MailboxPurpose, Profile, ServicePlan
from classbell.ports.mail import Mailbox
from tests.fakes.script import Scripted

CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
SERVICE_ACCOUNT = Profile(
    object_id=uuid5(CONTOSO, "learning@contoso.example"),
    display_name="Contoso Learning",
    mail="learning@contoso.example",
    username="learning@contoso.example",
    user_type="Member",
)
EXCHANGE_PLAN_1 = ServicePlan(
    UUID("9aaf7827-d63c-4b61-89c3-182f06f82e5c"), "EXCHANGE_S_STANDARD", active=True
)
TEAMS = ServicePlan(UUID("57ff2da0-773e-42df-b2af-ffb7a2317929"), "TEAMS1", active=True)


class FakeAccountFacts(Scripted):
    """Implements ``ports.account.AccountFacts``; set the profile, the plans and the purpose."""

    def __init__(self) -> None:
        super().__init__()
        self.the_profile = SERVICE_ACCOUNT
        self.the_plans: tuple[ServicePlan, ...] = (EXCHANGE_PLAN_1, TEAMS)
        self.the_purpose = MailboxPurpose.USER

    def profile(self, mailbox: Mailbox) -> Profile:
        with self._turn("profile", mailbox=mailbox):
            return self.the_profile

    def service_plans(self, mailbox: Mailbox) -> tuple[ServicePlan, ...]:
        with self._turn("service_plans", mailbox=mailbox):
            return self.the_plans

    def mailbox_purpose(self, mailbox: Mailbox) -> MailboxPurpose:
        with self._turn("mailbox_purpose", mailbox=mailbox):
            return self.the_purpose
