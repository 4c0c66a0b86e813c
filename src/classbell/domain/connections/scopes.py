"""The Microsoft Graph permissions that a connection asks for, and what each is for."""

from __future__ import annotations

from collections.abc import Iterable

from classbell.ports.words import marked as _

READ_PROFILE = "User.Read"
SEND_MAIL = "Mail.Send"
CALENDARS = "Calendars.ReadWrite"
ROOMS = "Place.Read.All"
MEETING_OPTIONS = "OnlineMeetings.ReadWrite"
SHARED_CALENDARS = "Calendars.ReadWrite.Shared"
MAILBOX_SETTINGS = "MailboxSettings.Read"
DRAFTS = "Mail.ReadWrite"

EMAIL_ONLY = frozenset({READ_PROFILE, SEND_MAIL})
"""What an ordinary user may consent to in a tenant with Microsoft's default settings."""

FULL = EMAIL_ONLY | {CALENDARS, ROOMS}
"""Mail, calendar entries with invitations and Teams links, and rooms."""

ADDITIONAL = (MEETING_OPTIONS, SHARED_CALENDARS, MAILBOX_SETTINGS, DRAFTS)
"""Permissions that are never part of Connect: each comes by its own request for approval."""

NEEDS_ADMIN = frozenset({CALENDARS, ROOMS, *ADDITIONAL})
"""Permissions that only an administrator can approve in a tenant with default settings.

https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/manage-app-consent-policies lists
what users may not consent to; Place.Read.All needs an administrator in every tenant.
"""

PURPOSES = {
    READ_PROFILE: _("show which account is connected"),
    SEND_MAIL: _("send notifications"),
    CALENDARS: _("create calendar entries, invitations and Teams meetings"),
    ROOMS: _("list the organisation's rooms"),
    MEETING_OPTIONS: _("set the options of Teams meetings and name co-organisers"),
    SHARED_CALENDARS: _("write sessions into the organisation's shared calendar"),
    MAILBOX_SETTINGS: _("see which kind of mailbox the account has"),
    DRAFTS: _("find out whether a message whose sending was interrupted went out"),
}


def needed(asked: Iterable[str]) -> frozenset[str]:
    """Return what this version of Classbell needs for the permissions that admins chose.

    Whoever chose calendar or rooms gets everything that Connect asks for today, so that an update
    of Classbell which needs more shows at once and not by a failure.
    """
    chosen = frozenset(asked)
    return chosen | (FULL if {CALENDARS, ROOMS} & chosen else EMAIL_ONLY)


def lacking(granted: Iterable[str], wanted: Iterable[str]) -> frozenset[str]:
    """Return the permissions wanted that are not among those granted."""
    there = {one.casefold() for one in granted}
    return frozenset(one for one in wanted if one.casefold() not in there)


def same(first: str, second: str) -> bool:
    """Say whether two permission names are one; Microsoft does not mind their case."""
    return first.casefold() == second.casefold()


def has(granted: frozenset[str] | list[str], scope: str) -> bool:
    """Say whether a permission is among those granted."""
    return any(same(scope, one) for one in granted)
