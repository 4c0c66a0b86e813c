"""The alarm that something goes on failing which should have passed; for the operator alone."""

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
    name="operator_trouble",
    title=_("Something goes on failing"),
    when=_("When messages or calendar work have failed for about an hour"),
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
