"""The end of a place in a session for those whom no calendar entry tells."""

from __future__ import annotations

from classbell.domain.notifications.invitation import cancellation_file
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
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
    return session_values(notification, reader)


KIND = Kind(
    name="session_unenrolled",
    title=_("Place in a session ended"),
    when=_("When somebody is unenrolled from a session"),
    audience=_("Learners"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.ENTRY,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    expires_at=session_expiry,
    values=_values,
    attachments=cancellation_file,
)
