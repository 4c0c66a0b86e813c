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

KIND = Kind(
    name="application_secret_expiring",
    title="Application secret expiring",
    when="When 30, 14, 7, 3, 1 and 0 days are left",
    audience="The operator",
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={**ALARM_VARIABLES, "CODE": "days left"},
    subject="{CODE} days left: {CAUSE}",
    message=(
        "<p>{CAUSE} Days left: {CODE}. After that Microsoft refuses {BASE URL}: no account can be "
        "used, and nobody can sign in.</p>"
        "<p>What helps: add a new one to the application's registration in Microsoft Entra ID, "
        "set it beside the old one as CLASSBELL_CLIENT_SECRET_NEXT, and remove the old one "
        "later.</p>"
    ),
    expires_at=alarm_expires_at,
    values=alarm_values,
    personal=nothing_personal,
)
