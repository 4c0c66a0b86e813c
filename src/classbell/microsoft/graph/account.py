"""What Graph tells about the connected account: profile, licences, what its mailbox is for."""

from __future__ import annotations

from uuid import UUID

from classbell.microsoft.answers import JsonPart, NotUnderstood
from classbell.microsoft.graph.client import GraphCall, GraphClient, not_understood
from classbell.ports.account import MailboxPurpose, Profile, ServicePlan
from classbell.ports.mail import Mailbox

USER_READ = "User.Read"
MAILBOX_SETTINGS = "MailboxSettings.Read"
SUCCESS = "Success"

# https://learn.microsoft.com/en-us/graph/api/resources/mailboxsettings ; a linked mailbox is a
# person's whose account lives in another forest. Microsoft may add words.
_PURPOSES = {
    "user": MailboxPurpose.USER,
    "linked": MailboxPurpose.USER,
    "shared": MailboxPurpose.SHARED,
    "room": MailboxPurpose.ROOM,
    "equipment": MailboxPurpose.EQUIPMENT,
}


class GraphAccount:
    """Implements ``ports.account.AccountFacts``."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph

    def profile(self, mailbox: Mailbox) -> Profile:
        """Read who the account is.

        https://learn.microsoft.com/en-us/graph/api/user-get
        """
        call = GraphCall(
            method="GET",
            path=mailbox.path,
            needs=USER_READ,
            params={"$select": "id,displayName,mail,userPrincipalName,userType"},
        )
        found = self._graph.read(mailbox, call)
        try:
            return Profile(
                object_id=UUID(found.needed_text("id")),
                display_name=found.text("displayName"),
                mail=found.text("mail"),
                username=found.text("userPrincipalName"),
                user_type=found.text("userType"),
            )
        except (NotUnderstood, ValueError) as error:
            raise not_understood("the profile has no id") from error

    def service_plans(self, mailbox: Mailbox) -> tuple[ServicePlan, ...]:
        """Read which services are licensed; a plan of several licences is active if one is.

        https://learn.microsoft.com/en-us/graph/api/user-list-licensedetails
        """
        call = GraphCall(method="GET", path=f"{mailbox.path}/licenseDetails", needs=USER_READ)
        plans: dict[UUID, ServicePlan] = {}
        for licence in self._graph.pages(mailbox, call):
            for part in licence.parts("servicePlans"):
                plan = _plan(part)
                if plan is not None and not (plan.plan_id in plans and plans[plan.plan_id].active):
                    plans[plan.plan_id] = plan
        return tuple(plans.values())

    def mailbox_purpose(self, mailbox: Mailbox) -> MailboxPurpose:
        """Read what the mailbox is for.

        https://learn.microsoft.com/en-us/graph/api/user-get-mailboxsettings
        """
        path = f"{mailbox.path}/mailboxSettings/userPurpose"
        found = self._graph.read(
            mailbox, GraphCall(method="GET", path=path, needs=MAILBOX_SETTINGS)
        )
        return _PURPOSES.get(found.text("value").casefold(), MailboxPurpose.OTHER)


def _plan(part: JsonPart) -> ServicePlan | None:
    """Read one plan; one without an id tells nothing."""
    try:
        plan_id = UUID(part.text("servicePlanId"))
    except ValueError:
        return None
    return ServicePlan(
        plan_id=plan_id,
        name=part.text("servicePlanName"),
        active=part.text("provisioningStatus") == SUCCESS,
    )
