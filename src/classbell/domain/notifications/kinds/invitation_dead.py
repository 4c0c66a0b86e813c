"""A calendar entry that nobody can cancel any more, because the account that made it is gone."""

from __future__ import annotations

from uuid import UUID

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    session_expiry,
    session_values,
)
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Account, Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    addresses = dict(Account.objects.values_list("pk", "address").filter(pk__in=_ids(notification)))
    context = notification.context
    return {
        **session_values(notification, reader),
        "FORMER ACCOUNT": addresses.get(UUID(context["former"]), ""),
        "ACCOUNT": addresses.get(UUID(context["account"]), ""),
    }


def _ids(notification: Notification) -> list[UUID]:
    """Return the ids of both accounts."""
    return [UUID(notification.context[name]) for name in ("former", "account")]


KIND = Kind(
    name="invitation_dead",
    title=_("Old calendar entry to delete"),
    when=_("When a session has moved to another account and its old entry cannot be cancelled"),
    audience=_("Learners and instructors"),
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables={
        **VARIABLES,
        "FORMER ACCOUNT": _("address that the old entry came from"),
        "ACCOUNT": _("address that the valid entry comes from"),
    },
    expires_at=session_expiry,
    values=_values,
)
