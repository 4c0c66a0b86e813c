"""What an admin writes to the learners of a session: the same to all of them."""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import (
    Carrier,
    Kind,
    OnUnknown,
    Route,
)
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    session_expiry,
    session_values,
)
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader) | {
        "SUBJECT": notification.context["subject"],
        "TEXT": notification.context["text"],
    }


KIND = Kind(
    name="session_message",
    title=_("Message to learners"),
    when=_("When an admin writes to the learners of a session"),
    audience=_("The learners of the session"),
    shared=True,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables={
        **VARIABLES,
        "SUBJECT": _("what the admin wrote as subject"),
        "TEXT": _("what the admin wrote"),
    },
    expires_at=session_expiry,
    values=_values,
    switchable=False,
)
