"""The page of a session whose event somebody moved or deleted in Outlook, and both answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.repairs import MOST_REPAIRS
from classbell.ports.bundle import Ports
from classbell.storage.models import Connection, CourseSession
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.fakes import FakeCalendar
from tests.support import NOW, a_session

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=3)


@pytest.fixture
def calendar(ports: Ports) -> FakeCalendar:
    assert isinstance(ports.calendar, FakeCalendar)
    return ports.calendar


@pytest.fixture
def session(ports: Ports, cast: Cast, connected: Connection) -> CourseSession:
    """A session whose event stands in the calendar."""
    made = a_session(cast.catalog, starts_at=NOW + timedelta(days=3))
    look(ports, connected, made)
    return made


def look(ports: Ports, connected: Connection, session: CourseSession) -> None:
    assert connected.account is not None
    reconcile(ports, mailbox_lane(connected.account), str(session.pk))


def decision_fields(page: Page) -> dict[str, str]:
    """Return what the first answer's form sends."""
    fields = [given for tag, given in page.elements if tag == "input"]
    return {"edit": next(one["value"] for one in fields if one.get("name") == "edit")}


def test_a_moved_event_is_shown_with_both_times_and_kept_on_request(
    ports: Ports,
    connected: Connection,
    calendar: FakeCalendar,
    session: CourseSession,
    owner: Visitor,
) -> None:
    (event,) = calendar.events
    calendar.edit(event.event_id, starts_at=event.starts_at + LATER, ends_at=event.ends_at + LATER)
    look(ports, connected, session)
    here = f"/catalogs/academy/sessions/{session.pk}"
    page = owner.get(here)
    assert "Somebody moved this in Outlook" in page.words
    assert "12:00" in page.words
    assert "Needs attention" in page.words
    assert {"Keep the new time", "Put the event back"} <= set(page.buttons)
    answer = owner.post(f"{here}/outlook-edit", {**decision_fields(page), "answer": "take"})
    assert answer.location == here
    after = owner.get(here)
    assert "The session has the new time." in after.words
    assert "Somebody moved this in Outlook" not in after.words
    session.refresh_from_db()
    assert session.starts_at == event.starts_at + LATER


def test_what_an_add_in_keeps_changing_is_shown_and_left_on_request(
    ports: Ports,
    connected: Connection,
    calendar: FakeCalendar,
    session: CourseSession,
    owner: Visitor,
) -> None:
    (event,) = calendar.events
    for _ in range(MOST_REPAIRS + 1):
        calendar.edit(event.event_id, subject="Lunch")
        look(ports, connected, session)
    here = f"/catalogs/academy/sessions/{session.pk}"
    page = owner.get(here)
    assert "Something keeps changing this in Outlook" in page.words
    assert "Changed in Outlook: title." in page.words
    assert {"Leave it as it is", "Put the event back"} <= set(page.buttons)
    owner.post(f"{here}/outlook-edit", {**decision_fields(page), "answer": "take"})
    after = owner.get(here)
    assert "It is left as it is in Outlook." in after.words
    assert "Something keeps changing this in Outlook" not in after.words


def test_a_deleted_event_is_put_back_on_request(
    ports: Ports,
    connected: Connection,
    calendar: FakeCalendar,
    session: CourseSession,
    owner: Visitor,
) -> None:
    (event,) = calendar.events
    calendar.delete(event.event_id)
    look(ports, connected, session)
    here = f"/catalogs/academy/sessions/{session.pk}"
    page = owner.get(here)
    assert "Somebody deleted this in Outlook" in page.words
    assert {"Cancel the session", "Put the event back"} <= set(page.buttons)
    owner.post(f"{here}/outlook-edit", {**decision_fields(page), "answer": "put-back"})
    assert "The event is put back." in owner.get(here).words
    look(ports, connected, session)
    assert len(calendar.events) == 1
    session.refresh_from_db()
    assert session.cancelled_at is None


def test_an_answer_to_a_question_that_is_gone_or_unknown_changes_nothing(
    ports: Ports,
    connected: Connection,
    calendar: FakeCalendar,
    session: CourseSession,
    owner: Visitor,
) -> None:
    here = f"/catalogs/academy/sessions/{session.pk}/outlook-edit"
    assert owner.post(here, {"answer": "take"}).status == 422
    calendar.delete(calendar.events[0].event_id)
    look(ports, connected, session)
    assert owner.post(here, {"answer": "whatever"}).status == 422
    assert owner.post(here, {"answer": "take", "edit": "moved"}).status == 422
    session.refresh_from_db()
    assert session.cancelled_at is None
