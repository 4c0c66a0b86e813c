"""What mails about a lost connection can say: variables and their values."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from classbell.domain.connections.remedies import remedy_for
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    Connection,
    Incident,
    LaneKind,
    Message,
    MessageState,
    Notification,
)
from classbell.storage.queries.email_provider import active_provider

VARIABLES = {
    "PERSON NAME": "name of the admin",
    "ACCOUNT ADDRESS": "address of the account",
    "CATALOGS": "titles of the catalogs concerned",
    "MAIL GOES ON": "a sentence about catalogs whose mail takes another route; else nothing",
    "CAUSE": "what went wrong, in words",
    "CODE": "Microsoft's code",
    "REMEDY": "what helps",
    "WHO": "who can do that",
    "SINCE": "when the connection was lost",
    "WAITING": "number of messages that wait",
    "SETTINGS LINK": "address of the Microsoft 365 Connection Settings",
}

WAITING = (MessageState.QUEUED, MessageState.HELD)


def incident_values(ports: Ports, notification: Notification, _reader: Reader) -> dict[str, str]:
    """Fill the variables, except the name of each admin.

    Args:
        ports: for the address of the pages.
        notification: its context names the incident.
    """
    incident = Incident.objects.select_related("account").get(pk=notification.context["incident"])
    catalogs = list(Catalog.objects.filter(connection__account=incident.account).order_by("title"))
    waiting = Message.objects.filter(catalog__in=catalogs, state__in=WAITING)
    where = f"/catalogs/{catalogs[0].slug}/settings/notifications?panel=m365" if catalogs else "/"
    remedy = remedy_for(incident.verdict, incident.code)
    return {
        "ACCOUNT ADDRESS": incident.account.address,
        "CATALOGS": ", ".join(catalog.title for catalog in catalogs),
        "MAIL GOES ON": _mail_goes_on(incident),
        "CAUSE": (incident.explanation or incident.code).rstrip("."),
        "CODE": incident.code,
        "REMEDY": remedy.text,
        "WHO": remedy.who.value,
        "SINCE": moment(incident.opened_at),
        "WAITING": str(waiting.exclude(lane__kind=LaneKind.ACS).count()),
        "SETTINGS LINK": f"{ports.base_url}{where}",
    }


def _mail_goes_on(incident: Incident) -> str:
    """Say of which catalogs mail leaves all the same."""
    account = incident.account
    if active_provider(account.organisation_id) is None:
        return ""
    rows = Connection.objects.filter(Q(use_acs=True) | Q(fall_over=True), account=account)
    titles = rows.filter(enabled=True).order_by("catalog__title").values_list("catalog__title")
    if not titles:
        return ""
    names = ", ".join(title for (title,) in titles)
    return f"Mail goes on through Azure Communication Services for: {names}."


def moment(at: datetime) -> str:
    """Write a moment so that everybody reads it alike."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
