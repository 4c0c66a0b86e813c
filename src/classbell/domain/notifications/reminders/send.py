"""Sending reminders: a look at a catalog's sessions, asked for by whatever changes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from classbell.delivery.hold import cancel_waiting
from classbell.delivery.lanes import housekeeping_lane
from classbell.delivery.ledger import WAITING
from classbell.delivery.work import ask
from classbell.domain.notifications.kinds import kind_named
from classbell.domain.notifications.notify import notify
from classbell.domain.notifications.reminders.times import Moment, day_of, due, following, moments
from classbell.domain.notifications.templates.effective import (
    fields_of,
    reminder_days,
    template_of,
)
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    Catalog,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Lane,
    Message,
    MessageState,
    Notification,
    SentReminder,
)

REMIND = "remind"
"""Kind of the work item that looks at a catalog's sessions; its subject is the catalog."""

KIND = "session_reminder"
COLLECTING = timedelta(seconds=5)
LATEST_LOOK = timedelta(days=1)
"""How long a catalog is not looked at where nothing is due: then other sessions have come near."""

FARTHEST_OFF = timedelta(days=1, hours=2)
"""How long after its moment, beside whole days, a session starts at most: one of the evening is
reminded in the morning, and a day on which the clocks change is longer."""

MOST_A_TURN = 100
"""Reminders of so many sessions are written at once; the lane's lease must not run out."""

OUTDATED = "session_moved"
OUTDATED_REASON = "The session was moved or cancelled before this reminder went out."


def ask_reminders(ports: Ports, catalog: Catalog) -> None:
    """Ask for a look at a catalog's sessions, in the caller's transaction.

    To be called by whatever makes, moves, publishes or cancels sessions, or changes the days.
    """
    ask(
        ports,
        housekeeping_lane(catalog.organisation_id),
        kind=REMIND,
        subject=str(catalog.pk),
        due_at=ports.clock.now() + COLLECTING,
    )


def send_reminders(ports: Ports, _lane: Lane, catalog_id: str) -> datetime | None:
    """Write down the reminders of a catalog that are due; the work handler «remind».

    Each session is a transaction of its own, in which its reminder and the row that remembers it
    stand or fall together. So a crash repeats nothing, and of two who look at once one writes.

    Returns:
        When to look again; None where the catalog is gone.
    """
    catalog = Catalog.objects.filter(pk=UUID(catalog_id)).first()
    if catalog is None:
        return None
    now = ports.clock.now()
    _withdraw_outdated(catalog, now)
    kind = kind_named(KIND)
    days = reminder_days(kind, fields_of(template_of(catalog.pk, kind)))
    look_again, written = now + LATEST_LOOK, 0
    for session in _near(catalog, days, now):
        planned = moments(session.starts_at, session.time_zone, days)
        moment = due(planned, session.starts_at, now)
        if moment is not None:
            written += _remind(ports, session, moment)
        if written == MOST_A_TURN:
            return now
        look_again = min(look_again, following(planned, now) or look_again)
    return look_again


def _near(catalog: Catalog, days: tuple[int, ...], now: datetime) -> list[CourseSession]:
    """Return the sessions whose reminders may be due before the next look, the soonest first."""
    if not days:
        return []
    upto = now + timedelta(days=max(days)) + LATEST_LOOK + FARTHEST_OFF
    rows = CourseSession.objects.filter(
        course__catalog=catalog,
        published=True,
        cancelled_at__isnull=True,
        starts_at__gt=now,
        starts_at__lte=upto,
    )
    return list(rows.select_related("course__catalog").order_by("starts_at"))


def _remind(ports: Ports, session: CourseSession, moment: Moment) -> int:
    """Write one reminder down, unless there is one for these days and this day already.

    Returns:
        How many were written: 1 or 0.
    """
    key = {
        "session": session,
        "days": moment.days,
        "day": day_of(session.starts_at, session.time_zone),
    }
    if SentReminder.objects.filter(**key).exists():
        return 0
    with transaction.atomic():
        # Whoever moves or cancels the session comes before or after this, not in between.
        locked = CourseSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if not _stands(locked) or locked.starts_at != session.starts_at:
            return 0
        row, new = SentReminder.objects.get_or_create(**key, defaults={"at": ports.clock.now()})
        if not new:
            return 0
        enrolled = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED)
        row.notification = notify(
            ports,
            kind=KIND,
            organisation_id=session.course.catalog.organisation_id,
            catalog=session.course.catalog,
            audience=list(enrolled.order_by("pk").values_list("person_id", flat=True)),
            context={"session": str(session.pk)},
        )
        row.save(update_fields=["notification"])
    return 1


def _stands(session: CourseSession) -> bool:
    """Tell whether people may be reminded of a session: it is published and not cancelled."""
    return session.published and session.cancelled_at is None


def _withdraw_outdated(catalog: Catalog, now: datetime) -> None:
    """Take back what waits still of reminders for a time at which the session is not any more."""
    written = SentReminder.objects.select_related("session", "notification").filter(
        session__course__catalog=catalog,
        notification__isnull=False,
        notification__expires_at__gt=now,
    )
    for row in list(written.defer("notification__audience")):
        told = row.notification
        if told is not None and _is_outdated(row, told):
            with transaction.atomic():
                _withdraw(row, told, now)


def _is_outdated(row: SentReminder, told: Notification) -> bool:
    """Tell whether a reminder speaks of another time than the session's: it ends with the start."""
    session = row.session
    return (
        not _stands(session)
        or told.expires_at != session.starts_at
        or day_of(session.starts_at, session.time_zone) != row.day
    )


def _withdraw(row: SentReminder, told: Notification, now: datetime) -> None:
    """Cancel what waits, and let what is written from now on be too late to be sent.

    Where nobody was reminded yet, it counts as never written, so that people are reminded of the
    new time on the same day.
    """
    Notification.objects.filter(pk=told.pk).update(expires_at=now)
    messages = Message.objects.filter(notification=told)
    cancel_waiting(messages, reason_code=OUTDATED, reason=OUTDATED_REASON, now=now)
    # What is on its way may come back to wait; it must not be tried again by then.
    messages.exclude(state=MessageState.CANCELLED).update(expires_at=now)
    if not messages.exclude(state__in=(*WAITING, MessageState.CANCELLED)).exists():
        row.delete()
