"""Reminders beside others who write: one reminds, none for what is cancelled, no deadlock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from classbell.delivery.doorbell import LaneDoorbell
from classbell.delivery.lanes import housekeeping_lane
from classbell.domain.courses.enrol import enrol
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.notifications.reminders.send import send_reminders
from classbell.domain.scheduling.request import RECONCILE, request_entry
from classbell.storage.models import (
    Course,
    CourseSession,
    Enrolment,
    Notification,
    SentReminder,
    WorkItem,
)
from tests.domain.courses.stage import Stage
from tests.support import NOW, a_person, a_session, an_enrolment
from tests.waiting import beside, until_waiting

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)


@pytest.fixture
def stage() -> Stage:
    """The cast, a doorbell that locks the lanes it rings, and a lane that is there already."""
    made = Stage()
    made.ports = replace(made.ports, doorbell=LaneDoorbell(made.clock))
    housekeeping_lane(made.cast.catalog.organisation_id)
    return made


def a_due_session(stage: Stage) -> CourseSession:
    made = a_session(stage.cast.catalog)
    an_enrolment(made, a_person("Ana"))
    stage.clock.set(made.starts_at - DAY)
    return made


def look(stage: Stage) -> object:
    lane = housekeeping_lane(stage.cast.catalog.organisation_id)
    return send_reminders(stage.ports, lane, str(stage.cast.catalog.pk))


def test_of_two_who_look_at_once_one_reminds(stage: Stage) -> None:
    session = a_due_session(stage)
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            CourseSession.objects.select_for_update().get(pk=session.pk)
            looks = [beside(pool, lambda: look(stage)) for _ in range(2)]
            until_waiting(2)
        for one in looks:
            one.result()
    assert Notification.objects.filter(kind="session_reminder").count() == 1
    assert SentReminder.objects.get().notification is not None


def test_a_session_that_is_cancelled_while_somebody_looks_reminds_nobody(stage: Stage) -> None:
    session = a_due_session(stage)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            cancel_session(stage.ports, session=session, actor=stage.owner)
            looking = beside(pool, lambda: look(stage))
            until_waiting(1)
        looking.result()
    assert not Notification.objects.filter(kind="session_reminder").exists()


def test_somebody_enrols_while_another_session_of_the_catalog_is_cancelled(stage: Stage) -> None:
    first = a_session(stage.cast.catalog)
    other = Course.objects.create(
        catalog=stage.cast.catalog, code="AID", title="First aid", created_at=NOW
    )
    second = a_session(stage.cast.catalog, "AID-1")
    CourseSession.objects.filter(pk=second.pk).update(course=other)
    second = CourseSession.objects.select_related("course__catalog").get(pk=second.pk)
    request_entry(stage.ports, first)
    ana = a_person("Ana")
    with ThreadPoolExecutor(2) as pool:
        # Whoever enrols has the mailbox's lane by then and wants the housekeeping's.
        with transaction.atomic():
            WorkItem.objects.select_for_update().get(kind=RECONCILE, subject=str(first.pk))
            enrolling = beside(
                pool,
                lambda: enrol(stage.ports, session=first, people=[ana], actor=stage.owner),
            )
            until_waiting(1)
            cancelling = beside(
                pool, lambda: cancel_session(stage.ports, session=second, actor=stage.owner)
            )
            until_waiting(2)
        enrolling.result()
        cancelling.result()
    assert Enrolment.objects.filter(session=first).count() == 1
    second.refresh_from_db()
    assert second.cancelled_at is not None
