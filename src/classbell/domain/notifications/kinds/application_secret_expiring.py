"""The warning that the application's secret or certificate runs out soon; for the operator."""

from __future__ import annotations

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
from classbell.ports.words import marked as _

KIND = Kind(
    name="application_secret_expiring",
    title=_("Application secret expiring"),
    when=_("When 30, 14, 7, 3, 1 and 0 days are left"),
    audience=_("The operator"),
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={**ALARM_VARIABLES, "CODE": _("days left")},
    expires_at=alarm_expires_at,
    values=alarm_values,
    personal=nothing_personal,
)
