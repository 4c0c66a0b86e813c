"""Somebody found no place in a session and waits for one."""

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
    name="waiting_list_joined",
    title="Waiting list joined",
    when="When somebody is put on a session's waiting list",
    audience="The learner",
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables=VARIABLES,
    subject="You are on the waiting list: {COURSE TITLE}, {SESSION TITLE}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>all places in <b>{COURSE TITLE}</b>, {SESSION TITLE}, are taken, and you are on the "
        "waiting list.</p>"
        "<p>{SESSION START} to {SESSION END} ({SESSION TIME ZONE})<br>{SESSION PLACE}</p>"
        "<p>When a place becomes free and it is your turn, you are enrolled and told.</p>"
        "<p>{CATALOG TITLE}</p>"
    ),
    expires_at=session_expiry,
    values=_values,
)
