"""Reminders of sessions: by the list of days, moved and cancelled with the session, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.sessions import cancel_session, update_session
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.reminders.send import REMIND, send_reminders
from classbell.domain.notifications.templates.edit import save_template, switch_for_course
from classbell.domain.notifications.templates.fields import TemplateFields
from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    Message,
    MessageState,
    Notification,
    SentReminder,
    WorkItem,
)
from tests.domain.courses.stage import Stage
from tests.support import NOW, a_person, a_session, an_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.store]

DAY = timedelta(days=1)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def session(stage: Stage) -> CourseSession:
    """A session in eight days, with a learner and somebody who waits."""
    made = a_session(stage.cast.catalog)
    an_enrolment(made, a_person("Ana"))
    Enrolment.objects.create(
        session=made, person=a_person("Wim"), state=EnrolmentState.WAITING, created_at=NOW
    )
    return made


def look(stage: Stage) -> None:
    """Look at the catalog as the housekeeping lane does, expand what is written, and look anew."""
    lane = housekeeping_lane(stage.cast.catalog.organisation_id)
    assert send_reminders(stage.ports, lane, str(stage.cast.catalog.pk)) is not None
    for notification in Notification.objects.filter(kind="session_reminder"):
        expand_notification(stage.ports, lane, str(notification.pk))


def reminded(stage: Stage) -> list[set[str]]:
    return stage.told("session_reminder")


def wait_until(stage: Stage, session: CourseSession, before: timedelta) -> None:
    stage.clock.set(session.starts_at - before)


def with_days(stage: Stage, *days: int) -> None:
    save_template(
        stage.ports,
        catalog=stage.cast.catalog,
        kind_name="session_reminder",
        fields=TemplateFields(reminder_days=days),
        actor=stage.owner,
    )


def move(stage: Stage, session: CourseSession, by: timedelta) -> None:
    details = details_of(session)
    session.refresh_from_db()
    moved = replace(details, starts=details.starts + by, ends=details.ends + by)
    update_session(stage.ports, session=session, details=moved, actor=stage.owner)
    session.refresh_from_db()


def test_learners_are_reminded_a_day_before_once_and_nobody_else(
    stage: Stage, session: CourseSession
) -> None:
    wait_until(stage, session, DAY + timedelta(seconds=1))
    look(stage)
    assert reminded(stage) == []
    wait_until(stage, session, DAY)
    look(stage)
    look(stage)
    ana = str(Enrolment.objects.get(state=EnrolmentState.ENROLLED).person_id)
    assert reminded(stage) == [{ana}]


def test_the_next_look_is_when_the_next_reminder_is_due(
    stage: Stage, session: CourseSession
) -> None:
    with_days(stage, 7, 1)
    lane = housekeeping_lane(stage.cast.catalog.organisation_id)
    again = send_reminders(stage.ports, lane, str(stage.cast.catalog.pk))
    assert again == min(session.starts_at - 7 * DAY, stage.clock.now() + DAY)


def test_each_day_of_the_list_reminds_once(stage: Stage, session: CourseSession) -> None:
    with_days(stage, 7, 1, 0)
    for hours in range(8 * 24, 0, -1):
        wait_until(stage, session, timedelta(hours=hours))
        look(stage)
    assert len(reminded(stage)) == 3


def test_a_moved_session_is_reminded_for_its_new_day_and_not_for_the_old_one(
    stage: Stage, session: CourseSession
) -> None:
    wait_until(stage, session, DAY)
    look(stage)
    move(stage, session, 5 * DAY)
    look(stage)
    assert set(
        Message.objects.filter(notification__kind="session_reminder").values_list(
            "state", flat=True
        )
    ) == {MessageState.CANCELLED}
    wait_until(stage, session, DAY)
    look(stage)
    assert len(reminded(stage)) == 2


def test_an_hour_later_on_the_same_day_is_no_reason_to_remind_again(
    stage: Stage, session: CourseSession
) -> None:
    wait_until(stage, session, DAY)
    look(stage)
    Message.objects.update(state=MessageState.ACCEPTED)
    move(stage, session, timedelta(hours=1))
    wait_until(stage, session, DAY)
    look(stage)
    assert len(reminded(stage)) == 1
    assert not Message.objects.filter(state=MessageState.CANCELLED).exists()


def test_a_cancelled_session_reminds_nobody_and_what_waits_is_withdrawn(
    stage: Stage, session: CourseSession
) -> None:
    wait_until(stage, session, DAY)
    look(stage)
    cancel_session(stage.ports, session=session, actor=stage.owner)
    look(stage)
    rows = Message.objects.filter(notification__kind="session_reminder")
    assert {row.state for row in rows} == {MessageState.CANCELLED}
    wait_until(stage, session, timedelta(hours=1))
    look(stage)
    assert len(reminded(stage)) == 1


def test_a_draft_reminds_nobody(stage: Stage, session: CourseSession) -> None:
    CourseSession.objects.update(published=False)
    wait_until(stage, session, DAY)
    look(stage)
    assert reminded(stage) == []


def test_a_course_that_wants_none_gets_none(stage: Stage, session: CourseSession) -> None:
    switch_for_course(
        stage.ports,
        course=session.course,
        kind_name="session_reminder",
        on=False,
        actor=stage.owner,
    )
    wait_until(stage, session, DAY)
    look(stage)
    assert reminded(stage) == []


def test_who_enrols_afterwards_is_not_reminded_late(stage: Stage, session: CourseSession) -> None:
    wait_until(stage, session, DAY)
    look(stage)
    an_enrolment(session, a_person("Bo"))
    wait_until(stage, session, DAY - timedelta(hours=2))
    look(stage)
    assert len(reminded(stage)) == 1


def test_a_reminder_ends_with_the_sessions_start(stage: Stage, session: CourseSession) -> None:
    wait_until(stage, session, DAY)
    look(stage)
    assert Notification.objects.get(kind="session_reminder").expires_at == session.starts_at


def test_whatever_moves_or_cancels_a_session_or_changes_the_days_asks_for_a_look(
    stage: Stage, session: CourseSession
) -> None:
    for act in (
        lambda: move(stage, session, DAY),
        lambda: with_days(stage, 3),
        lambda: cancel_session(stage.ports, session=session, actor=stage.owner),
    ):
        WorkItem.objects.filter(kind=REMIND).delete()
        act()
        item = WorkItem.objects.get(kind=REMIND)
        assert UUID(item.subject) == stage.cast.catalog.pk
        assert item.due_at <= stage.clock.now() + timedelta(seconds=5)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["wait", "move", "send", "send one", "fail", "days"]),
            st.integers(min_value=1, max_value=72),
        ),
        max_size=12,
    )
)
def test_whatever_happens_nobody_is_reminded_twice_for_a_day_or_of_a_time_that_is_not_the_sessions(
    acts: list[tuple[str, int]],
) -> None:
    SentReminder.objects.all().delete()
    Notification.objects.all().delete()
    CourseSession.objects.all().delete()
    stage = Stage()
    session = a_session(stage.cast.catalog)
    an_enrolment(session, a_person("Ana"))
    an_enrolment(session, a_person("Bo"))
    received: list[tuple[UUID | None, int, date]] = []
    for act, hours in acts:
        if act == "wait":
            stage.clock.advance(timedelta(hours=hours))
        elif act == "move" and session.ends_at > stage.clock.now():
            move(stage, session, timedelta(hours=hours - 36))
        elif act == "days":
            with_days(stage, hours % 4, 1)
        elif act == "fail":
            # What is on its way comes back to wait again.
            Message.objects.filter(state=MessageState.SENDING).update(state=MessageState.QUEUED)
        look(stage)
        if act.startswith("send"):
            received += sent_now(stage, session, most=1 if act == "send one" else None)
    assert len(received) == len(set(received))


def sent_now(
    stage: Stage, session: CourseSession, *, most: int | None
) -> list[tuple[UUID | None, int, date]]:
    """Send what may leave now, all or one, and start on one more; return who received what."""
    rows = Message.objects.filter(
        notification__kind="session_reminder",
        state=MessageState.QUEUED,
        expires_at__gt=stage.clock.now(),
    )
    waiting = list(rows.order_by("pk"))
    leaving, begun = waiting[:most], waiting[1:2] if most else []
    Message.objects.filter(pk__in=[row.pk for row in begun]).update(state=MessageState.SENDING)
    found = []
    for row in leaving:
        assert stage.clock.now() < session.starts_at
        assert row.expires_at == session.starts_at
        reminder = SentReminder.objects.get(notification=row.notification_id)
        found.append((row.person_id, reminder.days, reminder.day))
    Message.objects.filter(pk__in=[row.pk for row in leaving]).update(state=MessageState.ACCEPTED)
    return found
