"""What admins are told of a session's reminders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.reminders.send import KIND
from classbell.domain.notifications.reminders.times import moments
from classbell.domain.notifications.templates.effective import (
    fields_of,
    reminder_days,
    switch_of,
    template_of,
)
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession, SentReminder


@dataclass(frozen=True, slots=True)
class Reminders:
    """A session's reminders.

    Attributes:
        days: how many days before it they go out; empty where none do.
        coming: aware UTC moments at which they go out, the next one first.
        sent: those that went out, the latest first.
    """

    days: tuple[int, ...]
    coming: tuple[datetime, ...]
    sent: tuple[SentReminder, ...]


def outlook_of_reminders(ports: Ports, session: CourseSession) -> Reminders:
    """Return what is to come of a session's reminders, and what went out."""
    kind, catalog_id = kind_named(KIND), session.course.catalog_id
    template = template_of(catalog_id, kind)
    sent = SentReminder.objects.filter(session=session, notification__isnull=False)
    stands = session.published and session.cancelled_at is None
    if not stands or not switch_of(kind, template, session.course_id).on:
        return Reminders((), (), tuple(sent.order_by("-at")))
    days, now = reminder_days(kind, fields_of(template)), ports.clock.now()
    planned = moments(session.starts_at, session.time_zone, days)
    coming = tuple(moment.at for moment in planned if now < moment.at < session.starts_at)
    return Reminders(days, coming, tuple(sent.order_by("-at")))
