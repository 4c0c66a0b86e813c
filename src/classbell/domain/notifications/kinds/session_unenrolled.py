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
from classbell.storage.models import Notification


def _values(_ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    return session_values(notification, reader)


KIND = Kind(
    name="session_unenrolled",
    title="Place in a session ended",
    when="When somebody is unenrolled from a session or no longer teaches it",
    audience="Learners and instructors",
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.ENTRY,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    subject="Your place has ended: {COURSE TITLE}, {SESSION TITLE}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>you no longer take part in <b>{COURSE TITLE}</b>: {SESSION TITLE}.</p>"
        "<p>{SESSION START} to {SESSION END} ({SESSION TIME ZONE})</p>"
        "<p>The attached file takes it out of your calendar.</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
    attachments=cancellation_file,
)
