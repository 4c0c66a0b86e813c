"""The alarm that Microsoft refuses this installation's application; for the operator alone."""

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
from classbell.domain.notifications.moments import moment
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification, OperatorAlarm

LIFE = timedelta(days=3)

ALARM_VARIABLES = {
    "CAUSE": _("what is wrong, in words"),
    "CODE": _("Microsoft's code"),
    "SINCE": _("when it was noticed"),
    "BASE URL": _("address of this installation"),
}


def alarm_values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    """Fill the variables of a mail about an alarm."""
    alarm = OperatorAlarm.objects.get(pk=notification.context["alarm"])
    return {
        "CAUSE": alarm.explanation,
        "CODE": alarm.code,
        "SINCE": moment(alarm.opened_at, reader),
        "BASE URL": ports.base_url,
    }


def alarm_expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    """Return until when a mail about an alarm makes sense."""
    return now + LIFE


KIND = Kind(
    name="application_refused",
    title=_("Application refused"),
    when=_("When Microsoft refuses this installation's application"),
    audience=_("The operator"),
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables=ALARM_VARIABLES,
    expires_at=alarm_expires_at,
    values=alarm_values,
    personal=nothing_personal,
)
