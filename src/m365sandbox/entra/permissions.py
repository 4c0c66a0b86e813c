"""Graph's delegated permissions: their words on the consent page, and who may consent to them.

Texts and admin-only marks: https://learn.microsoft.com/graph/permissions-reference. The list that
Microsoft's managed policy takes from ordinary users:
https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies
"""

from dataclasses import dataclass

OPENID_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True)
class Permission:
    """One permission: its name, its line on the consent page, and whether only admins consent."""

    name: str
    text: str
    admin_only: bool = False


_USER = {
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    "offline_access": "Maintain access to data you have given it access to",
    "User.Read": "Sign you in and read your profile",
    "Mail.Send": "Send mail as you",
    "Mail.Send.Shared": "Send mail on behalf of others or yourself",
    "Mail.Read": "Read your mail",
    "Mail.ReadBasic": "Read your basic mail",
    "Mail.ReadWrite": "Read and write access to your mail",
    "Mail.Read.Shared": "Read mail you can access",
    "Mail.ReadBasic.Shared": "Read basic mail you can access",
    "Mail.ReadWrite.Shared": "Read and write mail you can access",
    "MailboxSettings.Read": "Read your mailbox settings",
    "MailboxSettings.ReadWrite": "Read and write your mailbox settings",
    "MailboxFolder.Read": "Read your mailbox folders",
    "MailboxFolder.ReadWrite": "Read and write your mailbox folders",
    "MailboxItem.Read": "Read your mailbox items",
    "Calendars.Read": "Read your calendars",
    "Calendars.ReadBasic": "Read basic details of your calendars",
    "Calendars.ReadWrite": "Have full access to your calendars",
    "Calendars.Read.Shared": "Read calendars you can access",
    "Calendars.ReadWrite.Shared": "Read and write to your and shared calendars",
    "OnlineMeetings.Read": "Read your online meetings",
    "OnlineMeetings.ReadWrite": "Read and create your online meetings",
    "Contacts.Read": "Read your contacts",
    "Contacts.ReadWrite": "Have full access to your contacts",
    "Contacts.Read.Shared": "Read your and shared contacts",
    "Contacts.ReadWrite.Shared": "Read and write to your and shared contacts",
    "Tasks.Read": "Read your tasks",
    "Tasks.ReadWrite": "Create, read, update and delete your tasks and plans",
    "Tasks.Read.Shared": "Read your and shared tasks",
    "Tasks.ReadWrite.Shared": "Read and write to your and shared tasks",
    "Chat.Read": "Read your chat messages",
    "Chat.ReadWrite": "Read and write your chat messages",
    "People.Read": "Read your relevant people list",
    "Files.Read": "Read your files",
    "Files.ReadWrite": "Have full access to your files",
    "Files.Read.All": "Read all files that you have access to",
    "Files.ReadWrite.All": "Have full access to all files you have access to",
    "Sites.Read.All": "Read items in all site collections",
    "Sites.ReadWrite.All": "Edit or delete items in all site collections",
    "User.ReadBasic.All": "Read all users' basic profiles",
    "LicenseAssignment.Read.All": "Read all license assignments",
}
_ADMIN_ONLY = {
    "Place.Read.All": "Read all company places",
    "Place.ReadWrite.All": "Read and write organization places",
    "Group.Read.All": "Read all groups",
    "Group.ReadWrite.All": "Read and write all groups",
    "User.Read.All": "Read all users' full profiles",
    "User.RevokeSessions.All": "Revoke all sign in sessions for a user",
    "Directory.Read.All": "Read directory data",
    "DelegatedPermissionGrant.ReadWrite.All": "Manage all delegated permission grants",
    "Application.Read.All": "Read applications",
}
PERMISSIONS = {
    **{name: Permission(name, text) for name, text in _USER.items()},
    **{name: Permission(name, text, admin_only=True) for name, text in _ADMIN_ONLY.items()},
}
_BY_LOWER = {name.lower(): name for name in PERMISSIONS}

# What an ordinary user may not consent to where the Microsoft-managed policy is on. Sending mail
# and reading one's own profile are not in it.
MANAGED_POLICY_EXCLUDES = frozenset(
    name
    for line in (
        "Files.Read.All Files.ReadWrite.All Sites.Read.All Sites.ReadWrite.All",
        "Mail.Read Mail.ReadWrite Mail.ReadBasic Mail.Read.Shared Mail.ReadBasic.Shared",
        "Mail.ReadWrite.Shared MailboxItem.Read MailboxFolder.Read MailboxFolder.ReadWrite",
        "MailboxSettings.Read MailboxSettings.ReadWrite",
        "Calendars.Read Calendars.ReadBasic Calendars.ReadWrite",
        "Calendars.Read.Shared Calendars.ReadWrite.Shared",
        "Chat.Read Chat.ReadWrite OnlineMeetings.Read OnlineMeetings.ReadWrite",
        "Contacts.ReadWrite Contacts.Read.Shared Contacts.ReadWrite.Shared",
        "Tasks.Read Tasks.Read.Shared Tasks.ReadWrite Tasks.ReadWrite.Shared People.Read",
    )
    for name in line.split()
)
LOW_IMPACT = OPENID_SCOPES | {"User.Read"}


def permission_named(name: str) -> Permission | None:
    """Return the permission of this name in any case, or None when Graph has none."""
    known = _BY_LOWER.get(name.lower())
    return None if known is None else PERMISSIONS[known]
