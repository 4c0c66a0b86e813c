"""What a reminder must never do: be missed, say an old time, or come for what was withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import cancel_session, update_session
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.reminders.send import send_reminders
from classbell.domain.notifications.templates.edit import save_template
from classbell.domain.notifications.templates.fields import TemplateFields
from classbell.storage.models import CourseSession, Message, MessageState, Notification
from tests.domain.courses.stage import Stage
from tests.support import a_person, a_session, an_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.store]

DAY = timedelta(days=1)
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def a_session_with_ana(stage: Stage, starts_at: datetime) -> CourseSession:
    made = a_session(stage.cast.catalog, starts_at=starts_at)
    an_enrolment(made, a_person("Ana"))
    return made


def look(stage: Stage) -> datetime:
    """Look at the catalog as its lane does; return when it wants to look again."""
    lane = housekeeping_lane(stage.cast.catalog.organisation_id)
    again = send_reminders(stage.ports, lane, str(stage.cast.catalog.pk))
    assert again is not None
    return again


def expand(stage: Stage) -> None:
    """Write the messages of what was written down."""
    lane = housekeeping_lane(stage.cast.catalog.organisation_id)
    for notification in Notification.objects.filter(kind="session_reminder"):
        expand_notification(stage.ports, lane, str(notification.pk))


def move(stage: Stage, session: CourseSession, by: timedelta) -> None:
    details = details_of(session)
    changed = replace(details, starts=details.starts + by, ends=details.ends + by)
    update_session(stage.ports, session=session, details=changed, actor=stage.owner)
    session.refresh_from_db()


def sendable(at: datetime) -> int:
    """Return how many reminders could still leave at a moment."""
    rows = Message.objects.filter(notification__kind="session_reminder", expires_at__gt=at)
    return rows.filter(state__in=(MessageState.QUEUED, MessageState.HELD)).count()


@pytest.mark.parametrize("looked_at", ["08:00", "19:30", "21:30"])
def test_an_evening_session_is_reminded_at_seven_whenever_it_was_looked_at_before(
    stage: Stage, looked_at: str
) -> None:
    a_session_with_ana(stage, datetime(2026, 12, 1, 22, 0, tzinfo=COPENHAGEN))
    save_template(
        stage.ports,
        catalog=stage.cast.catalog,
        kind_name="session_reminder",
        fields=TemplateFields(reminder_days=(0,)),
        actor=stage.owner,
    )
    stage.clock.set(datetime.fromisoformat(f"2026-11-30T{looked_at}:00+01:00").astimezone(UTC))
    for _ in range(3):
        stage.clock.set(look(stage))
    written = Notification.objects.get(kind="session_reminder")
    assert written.created_at == datetime(2026, 12, 1, 7, 0, tzinfo=COPENHAGEN)


def test_what_waits_is_not_sent_after_a_session_that_was_moved_to_an_earlier_hour(
    stage: Stage,
) -> None:
    session = a_session_with_ana(stage, datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
    stage.clock.set(session.starts_at - DAY)
    look(stage)
    expand(stage)
    move(stage, session, -timedelta(hours=3))
    look(stage)
    expand(stage)
    assert sendable(session.starts_at) == 0


def test_nobody_reads_the_old_hour_and_who_read_nothing_yet_is_reminded_of_the_new_one(
    stage: Stage,
) -> None:
    session = a_session_with_ana(stage, datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
    stage.clock.set(session.starts_at - DAY)
    look(stage)
    expand(stage)
    move(stage, session, timedelta(hours=2))
    stage.clock.set(look(stage))
    look(stage)
    expand(stage)
    rows = Message.objects.filter(notification__kind="session_reminder").order_by("pk")
    assert [row.state for row in rows] == [MessageState.CANCELLED, MessageState.QUEUED]
    assert rows[1].expires_at == session.starts_at
    assert stage.clock.now() == session.starts_at - DAY


def test_who_was_reminded_is_not_reminded_again_when_the_hour_changes(stage: Stage) -> None:
    session = a_session_with_ana(stage, datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
    stage.clock.set(session.starts_at - DAY)
    look(stage)
    expand(stage)
    Message.objects.update(state=MessageState.ACCEPTED)
    move(stage, session, timedelta(hours=2))
    for _ in range(3):
        stage.clock.set(look(stage))
        expand(stage)
    assert Message.objects.filter(notification__kind="session_reminder").count() == 1


def test_messages_written_after_a_session_was_cancelled_never_leave(stage: Stage) -> None:
    session = a_session_with_ana(stage, datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
    stage.clock.set(session.starts_at - DAY)
    look(stage)
    cancel_session(stage.ports, session=session, actor=stage.owner)
    look(stage)
    expand(stage)
    assert sendable(stage.clock.now()) == 0


def test_what_was_on_its_way_when_the_session_moved_is_not_tried_again(stage: Stage) -> None:
    session = a_session_with_ana(stage, datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
    stage.clock.set(session.starts_at - DAY)
    look(stage)
    expand(stage)
    Message.objects.update(state=MessageState.SENDING)
    move(stage, session, timedelta(hours=2))
    look(stage)
    Message.objects.update(state=MessageState.QUEUED)
    assert sendable(stage.clock.now()) == 0
