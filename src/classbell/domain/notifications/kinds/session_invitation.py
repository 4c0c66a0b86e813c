"""The invitation to a session, by mail where the account may not touch its calendar."""

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
    name="session_invitation",
    title="Session invitation",
    when="When somebody is enrolled in a session or teaches it",
    audience="Learners and instructors",
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.ENTRY,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    subject="Invitation: {COURSE TITLE}, {SESSION TITLE}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>you are invited to <b>{COURSE TITLE}</b>: {SESSION TITLE}. "
        "The attached file puts it into your calendar.</p>"
        "<p>{SESSION START} to {SESSION END} ({SESSION TIME ZONE})<br>"
        "{SESSION PLACE}<br>{SESSION LINK}</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
    attachments=invitation_file,
)
