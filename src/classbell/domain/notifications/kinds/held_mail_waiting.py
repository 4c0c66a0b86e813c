"""The question to a catalog's admins: shall mail that has waited long, or elsewhere, still go?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.moments import moment
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification

LIFE = timedelta(days=3)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    return now + LIFE


def _values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    catalog = notification.catalog
    slug = catalog.slug if catalog else ""
    return {
        "CATALOG TITLE": catalog.title if catalog else "",
        "WAITING": notification.context["waiting"],
        "OLDEST": moment(datetime.fromisoformat(notification.context["oldest"]), reader),
        "SETTINGS LINK": f"{ports.base_url}/catalogs/{slug}/settings/notifications?panel=m365",
    }


KIND = Kind(
    name="held_mail_waiting",
    title=_("Mail waits for a decision"),
    when=_("When mail was held for long, or the account has changed, and an admin has to decide"),
    audience=_("Catalog admins"),
    shared=False,
    urgent=False,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        "PERSON NAME": _("name of the admin"),
        "CATALOG TITLE": _("title of the course catalog"),
        "WAITING": _("number of messages that wait"),
        "OLDEST": _("since when the oldest waits"),
        "SETTINGS LINK": _("address of the Microsoft 365 Connection Settings"),
    },
    expires_at=_expires_at,
    values=_values,
)
