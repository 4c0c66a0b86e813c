"""What another program writes to people of the organisation: the same to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.kinds.kind import (
    Carrier,
    Kind,
    OnUnknown,
    Route,
    nothing_personal,
)
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification

LIFE = timedelta(days=7)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    """What was written a week ago is news no more."""
    return now + LIFE


def _values(_ports: Ports, notification: Notification, _reader: Reader) -> dict[str, str]:
    catalog = notification.catalog
    return {
        "SUBJECT": notification.context["subject"],
        "TEXT": notification.context["text"],
        "CATALOG TITLE": catalog.title if catalog is not None else "",
    }


KIND = Kind(
    name="people_message",
    title=_("Message to people"),
    when=_("When an integration writes to people of the organisation"),
    audience=_("The people whom the integration names"),
    shared=True,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.LEAVE,
    variables={
        "SUBJECT": _("what the integration wrote as subject"),
        "TEXT": _("what the integration wrote"),
        "CATALOG TITLE": _("title of the course catalog"),
    },
    expires_at=_expires_at,
    values=_values,
    personal=nothing_personal,
    names_reader=frozenset(),
    switchable=False,
    fixed=True,
)
