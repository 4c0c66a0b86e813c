"""A test of a template, to nobody but the admin who asked for it.

What it says is written down beside it when it is asked for, see ``templates/try_out.py``; the text
of its own is for an admin who has changed their language in between.
"""

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
from classbell.domain.notifications.reader import Reader
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import Notification

LIFE = timedelta(hours=1)


def _expires_at(_context: Mapping[str, str], now: datetime) -> datetime:
    """Whoever tries a text waits for it now."""
    return now + LIFE


def _values(_ports: Ports, _notification: Notification, _reader: Reader) -> dict[str, str]:
    return {}


KIND = Kind(
    name="template_test",
    title=_("Test of a notification"),
    when=_("When an admin sends a test of a notification"),
    audience=_("The admin who asked for it"),
    shared=False,
    urgent=True,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={},
    expires_at=_expires_at,
    values=_values,
    personal=nothing_personal,
    names_reader=frozenset(),
    fixed=True,
)
