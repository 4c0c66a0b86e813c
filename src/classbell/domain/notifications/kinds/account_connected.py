"""The confirmation that an account was connected: its own first proof that it can send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Message, Notification

LIFE = timedelta(days=1)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    """A confirmation of yesterday's act would only confuse."""
    return now + LIFE


def _values(ports: Ports, notification: Notification, _reader: Reader) -> dict[str, str]:
    catalog = notification.catalog
    title = catalog.title if catalog else ""
    slug = catalog.slug if catalog else ""
    return {
        "CATALOG TITLE": title,
        "SETTINGS LINK": f"{ports.base_url}/catalogs/{slug}/settings/notifications?panel=m365",
    }


def _personal(_ports: Ports, _notification: Notification, message: Message) -> dict[str, str]:
    return {"ACCOUNT ADDRESS": message.address}


KIND = Kind(
    name="account_connected",
    title=_("Account connected"),
    when=_("When an account is connected and saved"),
    audience=_("The connected account"),
    shared=False,
    urgent=True,
    route=Route.ACCOUNT,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        "CATALOG TITLE": _("title of the course catalog"),
        "ACCOUNT ADDRESS": _("address of the connected account"),
        "SETTINGS LINK": _("address of the Microsoft 365 Connection Settings"),
    },
    expires_at=_expires_at,
    values=_values,
    personal=_personal,
)
