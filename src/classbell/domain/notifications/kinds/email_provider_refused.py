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
    title="Azure Communication Services refused",
    when="When Azure refuses all the mail of an organisation",
    audience="The operator",
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        **ALARM_VARIABLES,
        "ORGANISATION NAME": "name of the organisation",
        "SENDER ADDRESS": "the fixed sender of its mail",
    },
    subject="Azure refuses the mail of {ORGANISATION NAME}",
    message=(
        "<p>Since {SINCE} Azure Communication Services refuses what {BASE URL} sends as "
        "{SENDER ADDRESS}. Mail of catalogs that may use their account as well goes that way; "
        "other mail waits and is tried again. Admins were not told, for they cannot mend it.</p>"
        "<p>Cause: {CAUSE} ({CODE}).</p>"
        "<p>What helps: check the resource, its key or role, and the sender's domain in Azure, "
        "then run classbell organisations acs activate again.</p>"
    ),
    expires_at=alarm_expires_at,
    values=_values,
    personal=nothing_personal,
)
