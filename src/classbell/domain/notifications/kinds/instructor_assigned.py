"""The news that somebody teaches a session.

The calendar entry invites instructors like everybody else and does not say what is expected of
them, so this is a mail also to those whom the entry invites. Where a mail stands in for the entry,
it is this one, with the file for the calendar: nobody gets two.
"""

from __future__ import annotations

from classbell.domain.notifications.invitation import invitation_if_mailed
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
    name="instructor_assigned",
    title=_("Instructor assigned"),
    when=_("When somebody is to teach a session, or the session is published"),
    audience=_("The instructor"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    expires_at=session_expiry,
    values=_values,
    attachments=invitation_if_mailed,
)
