"""States of messages in the words that admins read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds import REGISTRY
from classbell.storage.models import Message, MessageState

Badge = tuple[str, str]
"""Kind (success, warning, danger, info or empty) and text of a badge."""

SYSTEM_ROUTE = "system_mailer"
AZURE_ROUTE = "acs"


def message_badge(state: str, *, route: str = "") -> Badge:
    """Return the badge of a message's state.

    «Accepted» says that somebody took the mail over; it is never shown as delivered.

    Args:
        state: one of ``MessageState``.
        route: what carried it; empty for the account's mailbox.
    """
    taken = {
        SYSTEM_ROUTE: _("Accepted by the mail server"),
        AZURE_ROUTE: _("Accepted by Azure"),
    }.get(route, _("Accepted by Microsoft"))
    return {
        MessageState.QUEUED: ("info", _("Waiting")),
        MessageState.SENDING: ("info", _("Being sent")),
        MessageState.ACCEPTED: ("success", taken),
        MessageState.DELIVERED: ("success", _("Delivered")),
        MessageState.BOUNCED: ("danger", _("Returned")),
        MessageState.HELD: ("warning", _("Held")),
        MessageState.UNKNOWN: ("warning", _("Uncertain")),
        MessageState.FAILED: ("danger", _("Failed")),
        MessageState.EXPIRED: ("", _("Expired")),
        MessageState.CANCELLED: ("", _("Cancelled")),
        MessageState.NOT_SENT: ("", _("Not sent")),
    }[MessageState(state)]


def route_title(route: str) -> str:
    """Return which way a message took; empty where it took none yet.

    Args:
        route: the kind of the lane that carried it, as its envelope keeps it.
    """
    return {
        "mailbox": _("As the account"),
        AZURE_ROUTE: _("Azure Communication Services"),
        SYSTEM_ROUTE: _("System mailer"),
    }.get(route, "")


def message_note(message: Message) -> str:
    """Return one sentence about why a message stands where it stands; empty where it is plain."""
    if message.state == MessageState.SENDING:
        return ""
    if message.reason:
        return message.reason
    return {
        MessageState.QUEUED: _("Goes out as soon as the pace of its route allows."),
        MessageState.HELD: _("Waits until its route works again."),
        MessageState.UNKNOWN: _("Microsoft’s answer was lost: it may or may not have gone out."),
        MessageState.EXPIRED: _("It came too late to be of use."),
        MessageState.NOT_SENT: _("No account was connected, so it was only recorded."),
    }.get(MessageState(message.state), "")


def kind_title(name: str) -> str:
    """Return what admins call a kind of notification."""
    return REGISTRY[name].title if name in REGISTRY else name.replace("_", " ").capitalize()
