"""The confirmation that somebody is enrolled in a session."""

from __future__ import annotations

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
    name="enrolment_confirmed",
    title="Enrolment confirmed",
    when="When somebody is enrolled in a session",
    audience="The learner",
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables=VARIABLES,
    subject="You are enrolled: {COURSE TITLE}, {SESSION TITLE}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>you are enrolled in <b>{COURSE TITLE}</b>: {SESSION TITLE}.</p>"
        "<p>{SESSION START} to {SESSION END} ({SESSION TIME ZONE})<br>{SESSION PLACE}</p>"
        "<p>The invitation comes to your calendar separately.</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
)
