"""The alert that an account's connection is lost; never sent by that account itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.incident_facts import VARIABLES, incident_values
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route

LIFE = timedelta(days=3)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    return now + LIFE


KIND = Kind(
    name="connection_lost",
    title="Connection lost",
    when="When the connection to an account is lost",
    audience="Catalog admins and LMS admins",
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    subject="Connection lost: {ACCOUNT ADDRESS}",
    message=(
        "<p>Hello {PERSON NAME},</p>"
        "<p>Classbell has lost its connection to {ACCOUNT ADDRESS}. Until it is connected again, "
        "nothing is sent and no rooms are booked for: {CATALOGS}. {MAIL GOES ON}</p>"
        "<p>Cause: {CAUSE} ({CODE}). Messages waiting: {WAITING}. Nothing is lost; they go out "
        "after reconnecting.</p>"
        "<p>What helps: {REMEDY} Who can do it: {WHO}.</p>"
        '<p><a href="{SETTINGS LINK}">Open Microsoft 365 Connection Settings</a></p>'
    ),
    expires_at=_expires_at,
    values=incident_values,
)
