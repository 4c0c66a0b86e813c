"""What mails about a lost connection can say: variables and their values."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from classbell.domain.connections.remedies import remedy_for
from classbell.domain.notifications.moments import moment
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.words import word
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
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
    "PERSON NAME": _("name of the admin"),
    "ACCOUNT ADDRESS": _("address of the account"),
    "CATALOGS": _("titles of the catalogs concerned"),
    "MAIL GOES ON": _("a sentence about catalogs whose mail takes another route; else nothing"),
    "CAUSE": _("what went wrong, in words; in English, often Microsoft's own"),
    "CODE": _("Microsoft's code"),
    "REMEDY": _("what helps; in English"),
    "WHO": _("who can do that"),
    "SINCE": _("when the connection was lost"),
    "WAITING": _("number of messages that wait"),
    "SETTINGS LINK": _("address of the Microsoft 365 Connection Settings"),
}

WAITING = (MessageState.QUEUED, MessageState.HELD)


def incident_values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    """Fill the variables, except the name of each admin.

    Cause and remedy stay in English: they carry Microsoft's own words, and pages, commands and logs
    say the same, so that an admin finds again what the mail told.

    Args:
        ports: for the address of the pages.
        notification: its context names the incident.
        reader: for words of ours and the date.
    """
    incident = Incident.objects.select_related("account").get(pk=notification.context["incident"])
    catalogs = list(Catalog.objects.filter(connection__account=incident.account).order_by("title"))
    waiting = Message.objects.filter(catalog__in=catalogs, state__in=WAITING)
    where = f"/catalogs/{catalogs[0].slug}/settings/notifications?panel=m365" if catalogs else "/"
    remedy = remedy_for(incident.verdict, incident.code)
    return {
        "ACCOUNT ADDRESS": incident.account.address,
        "CATALOGS": _titles([catalog.title for catalog in catalogs], reader),
        "MAIL GOES ON": _mail_goes_on(incident, reader),
        "CAUSE": (incident.explanation or incident.code).rstrip("."),
        "CODE": incident.code,
        "REMEDY": remedy.text,
        "WHO": word(remedy.who.name.lower(), reader.language),
        "SINCE": moment(incident.opened_at, reader),
        "WAITING": str(waiting.exclude(lane__kind=LaneKind.ACS).count()),
        "SETTINGS LINK": f"{ports.base_url}{where}",
    }


def _mail_goes_on(incident: Incident, reader: Reader) -> str:
    """Say of which catalogs mail leaves all the same."""
    account = incident.account
    if active_provider(account.organisation_id) is None:
        return ""
    rows = Connection.objects.filter(Q(use_acs=True) | Q(fall_over=True), account=account)
    titles = rows.filter(enabled=True).order_by("catalog__title")
    names = list(titles.values_list("catalog__title", flat=True))
    if not names:
        return ""
    return word("mail_goes_on", reader.language, CATALOGS=_titles(names, reader))


def _titles(titles: Sequence[str], reader: Reader) -> str:
    """Write titles one after the other; not «and» before the last, for titles have that too."""
    return "、".join(titles) if reader.language.startswith("ja") else ", ".join(titles)
