"""The news for admins that a session was moved from one room to another.

Whoever moved it knows, and is not told. It may be done without: nothing is to be done about it.
"""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_changes import change_line
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
    session = session_of(notification)
    former, new = (room_name(session, notification.context[name]) for name in ("former", "room"))
    return session_values(notification, reader) | {
        "ROOM CHANGE": change_line("room", former, new, reader.language),
        "SESSION PAGE LINK": session_page(ports, notification),
    }


KIND = Kind(
    name="room_moved",
    title=_("Room changed"),
    when=_("When a session is moved to another room by somebody else"),
    audience=_("Catalog admins and course admins"),
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables={
        **VARIABLES,
        "ROOM CHANGE": _("the new room and the former one"),
        "SESSION PAGE LINK": _("address of the session's page in the Admin Center"),
    },
    expires_at=session_start,
    values=_values,
    essential=False,
)
