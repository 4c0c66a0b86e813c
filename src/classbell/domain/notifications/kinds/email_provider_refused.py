"""The alarm that Azure refuses an organisation's mail; for the operator alone."""

from __future__ import annotations

from uuid import UUID

from classbell.domain.notifications.kinds.application_refused import (
    ALARM_VARIABLES,
    alarm_expires_at,
    alarm_values,
)
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
from classbell.storage.models import EmailProvider, Notification, OperatorAlarm


def _values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    alarm = OperatorAlarm.objects.get(pk=notification.context["alarm"])
    provider = EmailProvider.objects.select_related("organisation").get(
        pk=UUID(alarm.subject.partition(":")[2])
    )
    return {
        **alarm_values(ports, notification, reader),
        "ORGANISATION NAME": provider.organisation.name,
        "SENDER ADDRESS": provider.sender_address,
    }


KIND = Kind(
    name="email_provider_refused",
    title=_("Azure Communication Services refused"),
    when=_("When Azure refuses all the mail of an organisation"),
    audience=_("The operator"),
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        **ALARM_VARIABLES,
        "ORGANISATION NAME": _("name of the organisation"),
        "SENDER ADDRESS": _("the fixed sender of its mail"),
    },
    expires_at=alarm_expires_at,
    values=_values,
    personal=nothing_personal,
)
