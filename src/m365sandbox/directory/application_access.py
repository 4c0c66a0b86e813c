"""What applications may do by themselves: Entra's app roles, and roles Exchange gives by scope.

An app role consented to in Entra ID holds for every mailbox of the tenant; a role assigned in
Exchange Online holds for the mailboxes of its scope. The two add up:
https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from m365sandbox.persist import Shape

# Exchange takes up changes after 30 minutes to two hours; one hour lies between.
DELAY_SECONDS = 3600.0
_BY_NAME = (
    "Mail.Read",
    "Mail.ReadBasic",
    "Mail.ReadWrite",
    "Mail.Send",
    "MailboxSettings.Read",
    "MailboxSettings.ReadWrite",
    "Calendars.Read",
    "Calendars.ReadWrite",
)
# What each role of Exchange allows, in the names of Graph's permissions.
EXCHANGE_ROLES: dict[str, frozenset[str]] = {
    **{f"Application {name}": frozenset({name}) for name in _BY_NAME},
    "Application Mail Full Access": frozenset({"Mail.ReadWrite", "Mail.Send"}),
    "Application Exchange Full Access": frozenset(
        {
            "Mail.ReadWrite",
            "Mail.Send",
            "MailboxSettings.ReadWrite",
            "Calendars.ReadWrite",
        }
    ),
}
APP_ROLES = frozenset(
    {
        *_BY_NAME,
        "Directory.Read.All",
        "LicenseAssignment.Read.All",
        "OnlineMeetings.Read.All",
        "OnlineMeetings.ReadWrite.All",
        "Place.Read.All",
        "User.Read.All",
    }
)


@dataclass
class AppRoles:
    """The app roles of Graph a tenant's administrator consented to for an application."""

    tenant_id: str
    client_id: str
    names: list[str]


@dataclass
class RoleAssignment:
    """One role of Exchange for an application, in force from `begins` until `ends`.

    `mailboxes` are the addresses of the management scope in small letters, None for all.
    """

    tenant_id: str
    client_id: str
    role: str
    mailboxes: list[str] | None
    begins: datetime
    ends: datetime | None = None
    assignment_id: str = field(default_factory=lambda: str(uuid4()))

    def is_in_force(self, now: datetime) -> bool:
        """Say whether Exchange's servers act by this assignment at `now`."""
        return self.begins <= now and (self.ends is None or now < self.ends)

    def covers(self, mailbox: str) -> bool:
        """Say whether the mailbox with this address lies in the scope."""
        return self.mailboxes is None or mailbox.lower() in self.mailboxes


_APP_ROLES = Shape(list[AppRoles])
_ASSIGNMENTS = Shape(list[RoleAssignment])


class ApplicationAccess:
    """All access given to applications themselves."""

    def __init__(self) -> None:
        """Start with no access at all."""
        self.clear()

    def clear(self) -> None:
        """Take every access back, at once."""
        self.delay_seconds = DELAY_SECONDS
        self.app_roles: list[AppRoles] = []
        self.assignments: list[RoleAssignment] = []

    def consent(self, client_id: str, tenant_id: str, names: Iterable[str]) -> None:
        """Let the application have these app roles in the tenant, and no others."""
        kept = [
            one
            for one in self.app_roles
            if (one.client_id, one.tenant_id) != (client_id, tenant_id)
        ]
        wanted = sorted(set(names))
        self.app_roles = [*kept, AppRoles(tenant_id, client_id, wanted)] if wanted else kept

    def roles_of(self, client_id: str, tenant_id: str) -> list[str]:
        """Return the app roles a new token of the application carries in the tenant."""
        found = (
            one.names
            for one in self.app_roles
            if (one.client_id, one.tenant_id) == (client_id, tenant_id)
        )
        return next(found, [])

    def assign(
        self, client_id: str, tenant_id: str, role: str, mailboxes: list[str] | None, now: datetime
    ) -> RoleAssignment:
        """Assign a role of Exchange; it acts after the delay."""
        scope = None if mailboxes is None else [address.lower() for address in mailboxes]
        begins = now + timedelta(seconds=self.delay_seconds)
        assignment = RoleAssignment(tenant_id, client_id, role, scope, begins)
        self.assignments.append(assignment)
        return assignment

    def remove(self, assignment_id: str, now: datetime) -> RoleAssignment | None:
        """Remove an assignment, which acts until the delay is over; None when there is none."""
        for assignment in self.assignments:
            if assignment.assignment_id == assignment_id:
                assignment.ends = now + timedelta(seconds=self.delay_seconds)
                return assignment
        return None

    def assigned(self, client_id: str, tenant_id: str) -> list[RoleAssignment]:
        """Return the assignments of an application in a tenant, in force or not."""
        key = (client_id, tenant_id)
        return [one for one in self.assignments if (one.client_id, one.tenant_id) == key]

    def scoped(self, client_id: str, tenant_id: str, mailbox: str, now: datetime) -> frozenset[str]:
        """Return what Exchange lets an application do in a mailbox at `now`."""
        return frozenset(
            permission
            for one in self.assigned(client_id, tenant_id)
            if one.is_in_force(now) and one.covers(mailbox)
            for permission in EXCHANGE_ROLES[one.role]
        )

    def snapshot(self) -> dict[str, object]:
        """Return every access."""
        return {
            "delay_seconds": self.delay_seconds,
            "app_roles": _APP_ROLES.dump(self.app_roles),
            "assignments": _ASSIGNMENTS.dump(self.assignments),
        }

    def restore(self, saved: dict[str, object]) -> None:
        """Take up a snapshot."""
        self.delay_seconds = float(str(saved["delay_seconds"]))
        self.app_roles = _APP_ROLES.load(saved["app_roles"])
        self.assignments = _ASSIGNMENTS.load(saved["assignments"])
