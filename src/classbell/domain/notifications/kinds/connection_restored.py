"""The good news that a lost connection works again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.incident_facts import VARIABLES, incident_values
from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification

LIFE = timedelta(days=1)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    return now + LIFE


def _values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    facts = incident_values(ports, notification, reader)
    return {**facts, "RELEASED": notification.context["released"]}


KIND = Kind(
    name="connection_restored",
    title=_("Connection restored"),
    when=_("When a lost connection works again"),
    audience=_("Catalog admins and LMS admins"),
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={**VARIABLES, "RELEASED": _("number of messages that go out now")},
    expires_at=_expires_at,
    values=_values,
)
