"""Builds the path that says whose mailbox a call is about: the only place that writes one."""

from __future__ import annotations

from urllib.parse import quote

from classbell.ports.mail import Mailbox

OWN_MAILBOX = "/me"


def mailbox_path(mailbox: str = "") -> str:
    """Return ``/me``, or ``/users/{mailbox}`` for the mailbox of somebody else.

    https://learn.microsoft.com/en-us/graph/outlook-get-shared-events-calendars

    Args:
        mailbox: object id or address of another mailbox; empty for the account's own.
    """
    return f"/users/{quote(mailbox, safe='@')}" if mailbox else OWN_MAILBOX


def own_mailbox(access_token: str, granted: frozenset[str]) -> Mailbox:
    """Return the mailbox of the account that a token was issued to.

    Args:
        access_token: the account's token.
        granted: the permissions it carries, short names.
    """
    return Mailbox(mailbox_path(), access_token, granted)


def application_mailbox(mailbox: str, access_token: str, granted: frozenset[str]) -> Mailbox:
    """Return a mailbox that the application uses by itself, without anybody's sign-in.

    Args:
        mailbox: its object id or address.
        access_token: the application's token.
        granted: what the application may do there, in the names of delegated permissions.
    """
    return Mailbox(mailbox_path(mailbox), access_token, granted, is_application=True)
