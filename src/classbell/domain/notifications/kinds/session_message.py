"""What an admin writes to the learners of a session: the same to all of them."""

from __future__ import annotations

from classbell.domain.notifications.kinds.kind import (
    Carrier,
    Kind,
    OnUnknown,
    Route,
    nothing_personal,
)
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    SHARED_VARIABLES,
    session_expiry,
    session_values,
)
from classbell.ports.bundle import Ports
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader) | {
        "SUBJECT": notification.context["subject"],
        "TEXT": notification.context["text"],
    }


KIND = Kind(
    name="session_message",
    title="Message to learners",
    when="When an admin writes to the learners of a session",
    audience="The learners of the session",
    shared=True,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables=SHARED_VARIABLES
    | {"SUBJECT": "what the admin wrote as subject", "TEXT": "what the admin wrote"},
    subject="{SUBJECT}",
    message=(
        '<p style="white-space: pre-line">{TEXT}</p>'
        "<p>This concerns <b>{COURSE TITLE}</b>: {SESSION TITLE}, {SESSION START} to {SESSION END} "
        "({SESSION TIME ZONE}), {SESSION PLACE}.</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
    personal=nothing_personal,
)
