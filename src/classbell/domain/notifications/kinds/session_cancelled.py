"""The end of a session for those whom no calendar entry tells."""

from __future__ import annotations

from classbell.domain.notifications.invitation import cancellation_file
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    session_expiry,
    session_of,
    session_values,
)
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader) | {
        "CANCEL MESSAGE": session_of(notification).cancel_message
    }


KIND = Kind(
    name="session_cancelled",
    title=_("Session cancelled"),
    when=_("When a session is cancelled or withdrawn"),
    audience=_("Learners and instructors"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.ENTRY,
    on_unknown=OnUnknown.RESEND,
    variables={
        **VARIABLES,
        "CANCEL MESSAGE": _("what the admin wrote when cancelling; may be empty"),
    },
    expires_at=session_expiry,
    values=_values,
    attachments=cancellation_file,
)
