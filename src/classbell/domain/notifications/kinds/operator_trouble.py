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

KIND = Kind(
    name="operator_trouble",
    title="Something goes on failing",
    when="When messages or calendar work have failed for about an hour",
    audience="The operator",
    shared=False,
    urgent=True,
    route=Route.SYSTEM,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables=ALARM_VARIABLES,
    subject="Something goes on failing at {BASE URL}",
    message=(
        "<p>Noticed {SINCE}: {CAUSE} ({CODE}).</p>"
        "<p>Nothing is lost yet: Classbell goes on trying until each message's own time has "
        "passed. Admins were not told, for it is none of their connections alone.</p>"
        "<p>What helps: see the delivery log (classbell deliveries list), the state of Microsoft "
        "365 and of your mail server, and classbell doctor. This is told once; doctor says when "
        "it is over.</p>"
    ),
    expires_at=alarm_expires_at,
    values=alarm_values,
    personal=nothing_personal,
)
