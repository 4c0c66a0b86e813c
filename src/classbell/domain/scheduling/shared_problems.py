"""What is wrong with the organisation's calendar, in words: reason, remedy, and whose it is."""

from __future__ import annotations

from classbell.domain.scheduling.shared_rows import Target
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import SharedWay

OF_THE_CALENDAR = frozenset(
    {
        VerdictKind.REFUSED,
        VerdictKind.NOT_FOUND,
        VerdictKind.ADMIN_NEEDED,
        VerdictKind.CONSENT_NEEDED,
        VerdictKind.MAILBOX_UNUSABLE,
        VerdictKind.OPERATOR_FAULT,
    }
)
"""Verdicts that, about somebody else's calendar, say nothing about the account."""


def is_theirs(verdict: Verdict, way: SharedWay) -> bool:
    """Tell whether a failure is the other calendar's alone; else it is the account's."""
    return way == SharedWay.WRITE and verdict.kind in OF_THE_CALENDAR


def shared_problem(verdict: Verdict, account: str, target: Target) -> str:
    """Return why the organisation's calendar cannot be written, and what helps."""
    if verdict.kind is VerdictKind.CONSENT_NEEDED:
        return (
            f"{account} was not granted writing calendars that are shared with it. A Microsoft 365 "
            "administrator can approve it; inviting the calendar needs no such permission."
        )
    return (
        f"{account} may not write the calendar of {target.address}. Its owner or an Exchange "
        f"administrator can give the right of an editor: {right_command(account, target.address)}"
    )


def right_command(account: str, address: str) -> str:
    """Return the command by which an Exchange administrator gives the right.

    https://learn.microsoft.com/powershell/module/exchange/add-mailboxfolderpermission
    """
    return (
        f"Add-MailboxFolderPermission -Identity {address}:\\Calendar "
        f"-User {account} -AccessRights Editor"
    )
