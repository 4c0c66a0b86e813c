"""The end of a place, or of a turn on the waiting list, for those whom nothing else tells.

Whoever is on the calendar entry hears it from Outlook, which takes the session out of their
calendar, and whoever was invited by mail gets ``session_unenrolled``. What remains are those who
waited, and those who were unenrolled before any invitation had reached them.
"""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    session_expiry,
    session_values,
)
from classbell.domain.notifications.words import word
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    ended = notification.context["ended"]
    return session_values(notification, reader) | {
        "WHAT ENDED": word(f"{ended}_ended", reader.language)
    }


KIND = Kind(
    name="enrolment_cancelled",
    title=_("Enrolment cancelled"),
    when=_("When somebody is unenrolled and no calendar entry tells them"),
    audience=_("The learner"),
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables={
        **VARIABLES,
        "WHAT ENDED": _("a sentence that says whether a place or a turn on the waiting list ended"),
    },
    expires_at=session_expiry,
    values=_values,
)
