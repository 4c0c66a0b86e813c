"""The request to choose another session of a course of which one is enough.

Sent when the session that somebody had is cancelled and others are open. The calendar entry, or
``session_cancelled`` in its place, tells that it does not take place; this says what to do now,
which neither does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from classbell.domain.notifications.kinds.kind import Carrier, Kind, OnUnknown, Route
from classbell.domain.notifications.moments import locale_for, span, zone_name
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import VARIABLES, place_of, session_values
from classbell.domain.notifications.words import word
from classbell.ports.bundle import Ports
from classbell.ports.words import marked as _
from classbell.storage.models import CourseSession, Notification


def _values(ports: Ports, notification: Notification, reader: Reader) -> dict[str, str]:
    ids = [UUID(one) for one in notification.context["open"].split()]
    sessions = CourseSession.objects.filter(
        pk__in=ids,
        published=True,
        cancelled_at__isnull=True,
        starts_at__gt=ports.clock.now(),
    )
    rows = sessions.select_related("course__catalog").order_by("starts_at", "code")
    return session_values(notification, reader) | {
        "OPEN SESSIONS": "\n".join(_line(session, reader.language) for session in rows)
    }


def _line(session: CourseSession, language: str) -> str:
    zone = ZoneInfo(session.time_zone)
    return word(
        "open_session",
        language,
        TITLE=session.title,
        WHEN=span(session.starts_at, session.ends_at, zone, language),
        ZONE=zone_name(session.starts_at, zone, locale_for(language)),
        PLACE=place_of(session, language),
    )


def _expires_at(context: Mapping[str, str], _now: datetime) -> datetime:
    """Return when the last of the sessions begins that may be chosen."""
    return datetime.fromisoformat(context["until"])


KIND = Kind(
    name="session_needs_choosing",
    title=_("Session to be chosen"),
    when=_("When the only session somebody had of a course is cancelled and others are open"),
    audience=_("The learner"),
    shared=False,
    urgent=False,
    route=Route.CATALOG,
    carrier=Carrier.MAIL,
    on_unknown=OnUnknown.RESEND,
    variables={
        **VARIABLES,
        "OPEN SESSIONS": _("the sessions that can be chosen, one a line, with time and place"),
    },
    expires_at=_expires_at,
    values=_values,
)
