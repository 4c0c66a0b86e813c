"""News of a session for those whom no calendar entry tells."""

from __future__ import annotations

from classbell.domain.notifications.invitation import invitation_file
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import (
    VARIABLES,
    session_expiry,
    session_values,
)
from classbell.ports.bundle import Ports
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader)


KIND = Kind(
    name="session_changed",
    title="Session changed",
    when="When time, place or link of a session change",
    audience="Learners and instructors",
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.ENTRY,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    subject="Changed: {COURSE TITLE}, {SESSION TITLE}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p><b>{COURSE TITLE}</b>: {SESSION TITLE} has changed. It is now:</p>"
        "<p>{SESSION START} to {SESSION END} ({SESSION TIME ZONE})<br>{"
        "SESSION PLACE}<br>{SESSION LINK}</p>"
        "<p>The attached file changes it in your calendar.</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
    attachments=invitation_file,
)
