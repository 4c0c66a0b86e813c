"""The second alert, when a connection is still lost after a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.incident_facts import VARIABLES, incident_values
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route

LIFE = timedelta(days=3)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    return now + LIFE


KIND = Kind(
    name="connection_lost_still",
    title="Connection still lost",
    when="When a connection is still lost after a day",
    audience="Catalog admins and LMS admins",
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    subject="Still lost since {SINCE}: {ACCOUNT ADDRESS}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>Classbell has had no connection to {ACCOUNT ADDRESS} since {SINCE}. Nothing is sent "
        "and no rooms are booked for: {CATALOGS}. {MAIL GOES ON}</p>"
        "<p>Messages waiting: {WAITING}. Those that would come too late are given up one by one, "
        "each when its own time has passed.</p>"
        "<p>Cause: {CAUSE} ({CODE}). What helps: {REMEDY} Who can do it: {WHO}.</p>"
        '<p><a href="{SETTINGS LINK}">Open Microsoft 365 Connection Settings</a></p>'
    ),
    expires_at=_expires_at,
    values=incident_values,
)
