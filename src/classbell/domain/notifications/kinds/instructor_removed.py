"""The news that somebody no longer teaches a session, for those whom no calendar entry tells.

Outlook takes the session out of the calendar of those on the entry and tells them so. Somebody who
stays as a learner stays on the entry, which says nothing then; they get this mail.
"""

from __future__ import annotations

from classbell.domain.notifications.invitation import cancellation_if_mailed
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
    name="instructor_removed",
    title=_("Instructor removed"),
    when=_("When somebody no longer teaches a session and no calendar entry tells them"),
    audience=_("The instructor"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.ENTRY,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    expires_at=session_expiry,
    values=_values,
    attachments=cancellation_if_mailed,
)
