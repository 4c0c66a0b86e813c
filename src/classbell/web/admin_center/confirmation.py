"""What became of the mail that confirms a connection: the first proof that the account sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from classbell import bootstrap
from classbell.domain.notifications.kinds import account_connected
from classbell.storage.models import Catalog, MessageState
from classbell.storage.queries.connections import confirmation_message
from classbell.web.admin_center.looking import Looking, look_again
from classbell.web.admin_center.words import Badge, message_badge

UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How the confirmation of a new connection stands.

    Attributes:
        badge: its state, in the words of the delivery log.
        look: where to look next while it may still change; None once it is settled.
    """

    badge: Badge
    look: Looking | None


def confirmation_of(
    request: HttpRequest, catalog: Catalog, *, saved_at: datetime | None
) -> Confirmation | None:
    """Return how the confirmation of a catalog's account stands.

    It is told of for as long as it could still be sent: later nobody waits for it.

    Args:
        request: what was asked.
        catalog: whose connection.
        saved_at: when its account was saved; None without one.

    Returns:
        None where no account was connected lately.
    """
    if saved_at is None or bootstrap.ports().clock.now() - saved_at >= account_connected.LIFE:
        return None
    message = confirmation_message(catalog, kind=account_connected.KIND.name, since=saved_at)
    moves = message is None or message.state in UNDER_WAY
    here = reverse("notifications", args=[catalog.slug])
    look = look_again(request, here, under_way=moves)
    return Confirmation(message_badge(message) if message else ("info", _("Waiting")), look)
