"""States of messages in the words that admins read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classbell.domain.notifications.kinds import REGISTRY
from classbell.storage.models import LaneKind, Message, MessageState
from classbell.storage.queries.message_log import route_of
from classbell.web.translated import translated

Badge = tuple[str, str]
"""Kind (success, warning, danger, info or empty) and text of a badge."""


def taken_by(route: str) -> str:
    """Return who took a message over; that is never said to be delivery.

    Args:
        route: one of ``LaneKind``; empty where it is not known.
    """
    return {
        LaneKind.ACS.value: _("Accepted by Azure"),
        LaneKind.SYSTEM_MAILER.value: _("Accepted by the mail server"),
    }.get(route, _("Accepted by Microsoft 365"))


def route_name(route: str) -> str:
    """Return what carries a message, in words; empty where nothing does."""
    return {
        LaneKind.MAILBOX.value: _("Microsoft 365 account"),
        LaneKind.ACS.value: _("Azure Communication Services"),
        LaneKind.SYSTEM_MAILER.value: _("Mail server of the installation"),
    }.get(route, "")


def message_badge(message: Message) -> Badge:
    """Return the badge of a message."""
    if message.state == MessageState.QUEUED and message.attempt:
        return "info", _("Trying again")
    return state_badge(message.state, route=route_of(message))


def state_badge(state: str, *, route: str = "") -> Badge:
    """Return the badge of a state.

    Args:
        state: one of ``MessageState``.
        route: what carried the message; empty for the account's mailbox.
    """
    return {
        MessageState.QUEUED: ("info", _("Waiting")),
        MessageState.SENDING: ("info", _("Being sent")),
        MessageState.ACCEPTED: ("success", taken_by(route)),
        MessageState.DELIVERED: ("success", _("Delivered")),
        MessageState.BOUNCED: ("danger", _("Returned")),
        MessageState.HELD: ("warning", _("Held")),
        MessageState.UNKNOWN: ("warning", _("Uncertain")),
        MessageState.FAILED: ("danger", _("Failed")),
        MessageState.EXPIRED: ("", _("Expired")),
        MessageState.CANCELLED: ("", _("Cancelled")),
        MessageState.NOT_SENT: ("", _("Not sent")),
    }[MessageState(state)]


def message_note(message: Message) -> str:
    """Return one sentence about why a message stands where it stands; empty where it is plain."""
    if message.state == MessageState.SENDING:
        return ""
    if message.reason:
        return translated(message.reason)
    return {
        MessageState.QUEUED: _("Goes out as soon as the pace of its route allows."),
        MessageState.HELD: _("Waits until its route works again."),
        MessageState.UNKNOWN: _("Microsoft’s answer was lost: it may or may not have gone out."),
        MessageState.EXPIRED: _("It came too late to be of use."),
        MessageState.NOT_SENT: _("No account was connected, so it was only recorded."),
    }.get(MessageState(message.state), "")


def kind_title(name: str) -> str:
    """Return what admins call a kind of notification."""
    return _(REGISTRY[name].title) if name in REGISTRY else name.replace("_", " ").capitalize()
