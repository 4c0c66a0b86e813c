"""The reminder that a session is near, some days before it: the same to everybody.

No calendar entry says it: people may have switched the reminders of their calendar off. It ends
with the session's start, after which there is nothing to be reminded of.
"""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    session_start,
    session_values,
)
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader)


KIND = Kind(
    name="session_reminder",
    title=_("Session reminder"),
    when=_("Some days before a session"),
    audience=_("The learners of the session"),
    shared=True,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables=VARIABLES,
    expires_at=session_start,
    values=_values,
    reminder_days=(1,),
    essential=False,
)
