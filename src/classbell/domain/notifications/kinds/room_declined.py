"""The news for admins that a room does not take a session.

It is told when the room's answer becomes a refusal, so once for each refusal; the session's page
shows it as long as it lasts.
"""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    room_name,
    session_of,
    session_start,
    session_values,
)
from classbell.domain.notifications.session_page import session_page
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification


def _values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader) | {
        "ROOM": room_name(session_of(notification), notification.context["room"]),
        "SESSION PAGE LINK": session_page(ports, notification),
    }


KIND = Kind(
    name="room_declined",
    title=_("Room declined"),
    when=_("When a room declines a session"),
    audience=_("Catalog admins and course admins"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        **VARIABLES,
        "ROOM": _("name of the room that declined"),
        "SESSION PAGE LINK": _("address of the session's page in the Admin Center"),
    },
    expires_at=session_start,
    values=_values,
)
