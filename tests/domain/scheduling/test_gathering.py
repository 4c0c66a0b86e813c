"""Learners who come one after the other are gathered; changes of a session are not kept waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.scheduling.request import (
    BURST,
    COLLECTING,
    GATHERING,
    RECONCILE,
    request_entry,
)
from classbell.storage.models import CourseSession, WorkItem
from tests.domain.scheduling.stage import Stage, entry_of
from tests.support import a_person

pytestmark = pytest.mark.django_db


def due(stage: Stage) -> datetime:
    """Return when the session is looked at next."""
    return WorkItem.objects.get(kind=RECONCILE).due_at


def a_booked_session(stage: Stage) -> CourseSession:
    """Return a session whose event was written some time ago."""
    session = stage.session()
    stage.run(session)
    stage.clock.advance(timedelta(minutes=10))
    WorkItem.objects.all().delete()
    return session


def come(stage: Stage, session: CourseSession, name: str) -> None:
    enrol(stage.ports, session=session, people=[a_person(name)], actor=OPERATOR)


def test_a_few_are_seen_to_within_seconds(stage: Stage) -> None:
    session = a_booked_session(stage)
    come(stage, session, "Ana Sørensen")
    stage.run(session, after=COLLECTING)
    WorkItem.objects.all().delete()
    come(stage, session, "Bo Holm")
    assert due(stage) == stage.clock.now() + COLLECTING


def test_a_rush_is_seen_to_at_once_and_those_who_follow_wait_a_minute(stage: Stage) -> None:
    session = a_booked_session(stage)
    CourseSession.objects.update(seats=None)
    rush = [a_person(f"Learner {number}") for number in range(BURST)]
    enrol(stage.ports, session=session, people=rush, actor=OPERATOR)
    assert due(stage) == stage.clock.now() + COLLECTING
    WorkItem.objects.all().delete()
    stage.run(session, after=COLLECTING)
    written = stage.clock.now()
    stage.clock.advance(timedelta(seconds=1))
    come(stage, session, "Bo Holm")
    stage.clock.advance(timedelta(seconds=30))
    unenrol(stage.ports, session=session, people=rush[:1], actor=OPERATOR)
    assert entry_of(session).applied_at == written
    assert due(stage) == written + GATHERING
    stage.run(session, after=GATHERING)
    assert "bo.holm@contoso.example" in stage.attendees()
    assert rush[0].address not in stage.attendees()


def test_a_change_of_the_session_is_not_kept_waiting(stage: Stage) -> None:
    session = a_booked_session(stage)
    stage.calendar.edit(stage.event.event_id, subject="Lunch")
    stage.run(session)
    come(stage, session, "Ana Sørensen")
    request_entry(stage.ports, session)
    assert due(stage) == stage.clock.now() + COLLECTING


def test_without_an_event_the_first_look_is_soon(stage: Stage) -> None:
    session = stage.session()
    come(stage, session, "Ana Sørensen")
    assert due(stage) == stage.clock.now() + COLLECTING
