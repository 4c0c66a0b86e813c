"""The news to its admins that a webhook was switched off because it does not work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification

LIFE = timedelta(days=3)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    return now + LIFE


def _values(ports: Ports, notification: Notification, _reader: Reader) -> dict[str, str]:
    catalog, context = notification.catalog, notification.context
    # What is told of every catalog is the organisation's, and is named after it.
    whole = notification.organisation.name if notification.organisation else ""
    place = f"/catalogs/{catalog.slug}/settings" if catalog else ""
    return {
        "CATALOG TITLE": catalog.title if catalog else whole,
        "WEBHOOK": context["webhook_name"],
        "WEBHOOK LINK": f"{ports.base_url}{place}/webhooks/{context['webhook']}",
    }


KIND = Kind(
    name="webhook_off",
    title=_("Webhook switched off"),
    when=_("When a webhook has failed for five days, or has answered that it is gone"),
    audience=_("Catalog admins, or LMS admins for a webhook of all catalogs"),
    shared=False,
    urgent=False,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        "PERSON NAME": _("name of the admin"),
        "CATALOG TITLE": _("title of the course catalog"),
        "WEBHOOK": _("description of the webhook, or the host of its address"),
        "WEBHOOK LINK": _("address of the webhook's page"),
    },
    expires_at=_expires_at,
    values=_values,
)
