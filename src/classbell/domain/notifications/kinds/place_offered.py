"""Somebody on a waiting list has a place now."""

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
    name="place_offered",
    title="Place given from the waiting list",
    when="When a place becomes free and somebody who waits is given it",
    audience="The learner",
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables=VARIABLES,
    subject="You have a place: {COURSE TITLE}, {SESSION TITLE}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>a place became free, and it is yours: <b>{COURSE TITLE}</b>, {SESSION TITLE}.</p>"
        "<p>{SESSION START} to {SESSION END} ({SESSION TIME ZONE})<br>{SESSION PLACE}</p>"
        "<p>You are enrolled; the invitation comes to your calendar separately.</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
)
