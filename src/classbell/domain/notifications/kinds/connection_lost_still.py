"""The second alert, when a connection is still lost after a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.incident_facts import VARIABLES, incident_values
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.ports.words import marked as _

LIFE = timedelta(days=3)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    return now + LIFE


KIND = Kind(
    name="connection_lost_still",
    title=_("Connection still lost"),
    when=_("When a connection is still lost after a day"),
    audience=_("Catalog admins and LMS admins"),
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables=VARIABLES,
    expires_at=_expires_at,
    values=incident_values,
)
