"""A learner's own sessions: enrolling, waiting, joining, the calendar, and leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from classbell.ports.bundle import Ports
from classbell.storage.models import (
    AuditEntry,
    Connection,
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    EnrolmentType,
    Entry,
    Person,
)
from tests.acceptance.roles.conftest import Stage
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.domain.people import Cast
from tests.fakes import FakeClock
from tests.messages import a_message
from tests.support import NOW, a_group, a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

LINK = "https://teams.example/join/1"


@pytest.fixture
def learner(cast: Cast) -> Visitor:
    """The learner's browser."""
    return a_visitor(cast.learner)


def here(session: CourseSession) -> str:
    return f"/my/sessions/{session.pk}"


def state(session: CourseSession, person: Person) -> str:
    found = Enrolment.objects.filter(session=session, person=person).first()
    return found.state if found else ""


def test_a_learner_finds_an_open_session_enrols_and_has_it(cast: Cast, learner: Visitor) -> None:
    session = a_session(cast.catalog, title="Evening class", place="Hall 4")
    assert "Evening class" in learner.get("/my/sessions/open").words
    page = learner.get(here(session))
    assert "20 places are free" in page.words
    assert "Enrol" in page.buttons
    assert learner.post(f"{here(session)}/enrol").location == here(session)
    assert state(session, cast.learner) == EnrolmentState.ENROLLED
    row = AuditEntry.objects.get(action="session.enrolled")
    assert (row.actor, row.catalog) == (cast.learner, cast.catalog)
    mine = learner.get("/my/sessions").words
    assert "Evening class" in mine
    assert "Hall 4" in mine
    assert "Evening class" not in learner.get("/my/sessions/open").words


def test_times_stand_in_the_sessions_zone_and_in_ones_own(cast: Cast, learner: Visitor) -> None:
    session = a_session(cast.catalog)
    an_enrolment(session, cast.learner)
    assert "For you:" not in learner.get("/my/sessions").words
    cast.learner.time_zone = "Asia/Tokyo"
    cast.learner.save()
    words = learner.get("/my/sessions").words
    assert "9:00 AM – 11:00 AM" in words.replace("\u202f", " ")
    assert "Copenhagen (UTC+1)" in words
    assert "5:00 PM – 7:00 PM" in words.replace("\u202f", " ")
    assert "Tokyo (UTC+9)" in words


@pytest.mark.store
def test_who_finds_no_place_waits_and_moves_up(cast: Cast, learner: Visitor) -> None:
    session = a_session(cast.catalog, seats=1)
    Course.objects.update(waiting_list=True)
    an_enrolment(session, cast.owner)
    assert "Join the waiting list" in learner.get(here(session)).buttons
    learner.post(f"{here(session)}/enrol")
    page = learner.get(here(session))
    assert "On the waiting list" in page.words
    assert "Number 1 on the list" in page.words
    assert f"{here(session)}/calendar" not in page.links(), "only a place goes into a calendar"
    a_visitor(cast.owner).post(f"{here(session)}/leave")
    assert state(session, cast.learner) == EnrolmentState.ENROLLED
    assert "Place offered" not in learner.get("/my/sessions").words, "nobody has told them yet"
    about = {"session": str(session.pk)}
    a_message(cast.catalog, "accepted", kind="place_offered", person=cast.learner, context=about)
    assert "Place offered: you are enrolled" in learner.get("/my/sessions").words


def test_a_full_session_without_a_waiting_list_takes_nobody(cast: Cast, learner: Visitor) -> None:
    session = a_session(cast.catalog, seats=1)
    an_enrolment(session, cast.owner)
    page = learner.get(here(session))
    assert "No place is free" in page.words
    assert f"{here(session)}/enrol" not in page.html
    refused = learner.post(f"{here(session)}/enrol")
    assert refused.status == 422
    assert "No place is free in «Session 1»." in refused.words
    assert not state(session, cast.learner)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"enrolment_deadline": NOW - timedelta(hours=1)}, "deadline of «Session 1» has passed"),
        ({"starts_at": NOW - timedelta(hours=1)}, "«Session 1» has begun"),
        ({"cancelled_at": NOW}, "«Session 1» was cancelled"),
    ],
)
def test_what_is_closed_says_why(
    cast: Cast, learner: Visitor, chosen: dict[str, Any], words: str
) -> None:
    session = a_session(cast.catalog, **chosen)
    assert "Session 1" not in learner.get("/my/sessions/open").words
    assert words in learner.get(here(session)).words
    assert learner.post(f"{here(session)}/enrol").status == 422
    assert not state(session, cast.learner)


def test_drafts_and_courses_filled_by_admins_are_not_shown(cast: Cast, learner: Visitor) -> None:
    draft = a_session(cast.catalog, published=False)
    assert learner.get(here(draft)).status == 404
    assert learner.post(f"{here(draft)}/enrol").status == 404
    closed = a_session(cast.catalog, "FIRE-2")
    Course.objects.update(self_enrolment=False)
    assert "Session 1" not in learner.get("/my/sessions/open").words
    assert learner.get(here(closed)).status == 404
    assert learner.post(f"{here(closed)}/enrol").status == 404
    an_enrolment(closed, cast.learner)
    assert learner.get(here(closed)).status == 200, "it is theirs, whoever enrolled them"


def test_the_admin_says_in_the_courses_form_who_enrols(cast: Cast) -> None:
    course = a_session(cast.catalog).course
    owner, form = a_visitor(cast.owner), {"title": "Fire safety", "enrolment_type": "multiple"}
    address = f"/catalogs/academy/courses/{course.pk}"
    assert "checked" in owner.get(address).element("self_enrolment")
    owner.post(address, form)
    course.refresh_from_db()
    assert not course.self_enrolment
    owner.post(address, form | {"self_enrolment": "on"})
    course.refresh_from_db()
    assert course.self_enrolment


def test_only_those_with_a_place_get_the_link(
    cast: Cast, learner: Visitor, connected: Connection
) -> None:
    session = a_session(cast.catalog, seats=1, teams_meeting=True)
    Course.objects.update(waiting_list=True)
    an_entry(session, connected, join_url=LINK)
    assert LINK not in learner.get(here(session)).html
    an_enrolment(session, cast.owner)
    learner.post(f"{here(session)}/enrol")
    assert state(session, cast.learner) == EnrolmentState.WAITING
    for page in (here(session), "/my/sessions"):
        assert LINK not in learner.get(page).html
    a_visitor(cast.owner).post(f"{here(session)}/leave")
    for page in (here(session), "/my/sessions"):
        assert LINK in learner.get(page).links()
    CourseSession.objects.update(cancelled_at=NOW)
    for page in (here(session), "/my/sessions"):
        assert LINK not in learner.get(page).html


def test_the_calendars_file_has_the_uid_that_the_calendar_knows(
    cast: Cast, learner: Visitor, connected: Connection
) -> None:
    session = a_session(cast.catalog, teams_meeting=True)
    an_enrolment(session, cast.learner)
    event = the_event(learner, session)
    assert event["UID"] == f"{session.pk}@classbell"
    assert event.decoded("DTSTART") == session.starts_at
    entry = an_entry(session, connected, ical_uid="040000008200E0", join_url=LINK)
    assert the_event(learner, session)["UID"] == f"{session.pk}@classbell", "not on the event yet"
    entry.answers = {cast.learner.address.casefold(): "accepted"}
    entry.save()
    event = the_event(learner, session)
    assert event["UID"] == "040000008200E0"
    assert event["URL"] == LINK
    entry.mailed, entry.mail_sequence = {str(cast.learner.pk): "told"}, 3
    entry.save()
    event = the_event(learner, session)
    assert (event["UID"], event["SEQUENCE"]) == (f"{session.pk}@classbell", 3)


def test_who_has_no_place_gets_no_file(cast: Cast, learner: Visitor) -> None:
    session = a_session(cast.catalog)
    assert learner.get(f"{here(session)}/calendar").status == 404
    an_enrolment(session, cast.learner)
    CourseSession.objects.update(cancelled_at=NOW)
    assert learner.get(f"{here(session)}/calendar").status == 422


def test_leaving_is_asked_about_and_frees_the_place(cast: Cast, learner: Visitor) -> None:
    session = a_session(cast.catalog)
    an_enrolment(session, cast.learner)
    page = learner.get(f"{here(session)}/leave")
    assert "Leave «Session 1»?" in page.words
    assert state(session, cast.learner) == EnrolmentState.ENROLLED, "asking changes nothing"
    assert learner.post(f"{here(session)}/leave").location == "/my/sessions"
    assert state(session, cast.learner) == EnrolmentState.CANCELLED
    assert AuditEntry.objects.get(action="session.unenrolled").actor == cast.learner
    assert learner.post(f"{here(session)}/leave").status == 404


def test_what_is_taken_together_is_left_together(cast: Cast, learner: Visitor) -> None:
    first = a_session(cast.catalog)
    group = a_group(first.course)
    second = a_session(cast.catalog, "FIRE-2", title="Practice", group=group)
    CourseSession.objects.filter(pk=first.pk).update(group=group)
    assert "Practice" in learner.get(here(first)).words
    learner.post(f"{here(first)}/enrol")
    assert state(second, cast.learner) == EnrolmentState.ENROLLED
    assert "Practice" in learner.get(f"{here(first)}/leave").words
    learner.post(f"{here(first)}/leave")
    assert state(second, cast.learner) == EnrolmentState.CANCELLED


@pytest.mark.parametrize("deadline", [None, NOW + timedelta(days=1)])
def test_after_the_deadline_or_the_start_only_an_admin_lets_somebody_go(
    cast: Cast, ports: Ports, learner: Visitor, deadline: object
) -> None:
    assert isinstance(ports.clock, FakeClock)
    session = a_session(
        cast.catalog, starts_at=NOW + timedelta(days=2), enrolment_deadline=deadline
    )
    an_enrolment(session, cast.learner)
    assert f"{here(session)}/leave" in learner.get(here(session)).links()
    ports.clock.advance(timedelta(days=1 if deadline else 2, minutes=1))
    page = learner.get(here(session))
    assert f"{here(session)}/leave" not in page.links()
    assert "It is too late to leave by yourself." in page.words
    assert learner.get(f"{here(session)}/leave").location == here(session)
    refused = learner.post(f"{here(session)}/leave")
    assert refused.status == 422
    assert "It is too late to leave «Session 1» by yourself." in refused.words
    assert state(session, cast.learner) == EnrolmentState.ENROLLED


@pytest.mark.store
def test_one_session_of_a_course_can_be_enough(cast: Cast, learner: Visitor) -> None:
    session, other = a_session(cast.catalog), a_session(cast.catalog, "FIRE-2")
    Course.objects.update(enrolment_type=EnrolmentType.SINGLE)
    assert "Session 1" in learner.get("/my/sessions/open").words
    learner.post(f"{here(session)}/enrol")
    assert "No session is open" in learner.get("/my/sessions/open").words
    page = learner.get(here(other))
    assert "You have «Session 1» of this course" in page.words
    assert "Enrol" not in page.buttons
    refused = learner.post(f"{here(other)}/enrol")
    assert refused.status == 422
    assert "one session is enough here" in refused.words


def test_a_stranger_neither_finds_nor_reaches_it(stage: Stage) -> None:
    stranger, session = stage.browser("stranger"), stage.session
    assert "Fire safety" not in stranger.get("/my/sessions/open").words
    for path in ("", "/leave", "/calendar"):
        assert stranger.get(here(session) + path).status == 404
    for path in ("/enrol", "/leave"):
        assert stranger.post(here(session) + path).status == 404
    assert Enrolment.objects.filter(session=session).count() == 2


def test_nobody_enrols_or_leaves_for_somebody_else(stage: Stage) -> None:
    somebody, learner = a_person("Zoe Other"), stage.people["learner"]
    assert learner
    form = {"person": str(learner.pk)}
    browser = a_visitor(somebody)
    assert browser.post(f"{here(stage.session)}/leave", form).status == 404
    browser.post(f"{here(stage.session)}/enrol", form)
    assert state(stage.session, somebody) == EnrolmentState.ENROLLED


def an_entry(session: CourseSession, connection: Connection, **values: object) -> Entry:
    assert connection.account is not None
    chosen = {"state": "created", "requested_at": NOW} | values
    return Entry.objects.create(session=session, account=connection.account, **chosen)


def the_event(visitor: Visitor, session: CourseSession) -> Event:
    """Return what the downloaded file says."""
    answer = visitor.get(f"{here(session)}/calendar")
    assert answer.status == 200
    assert answer.header("Content-Type").startswith("text/calendar")
    assert answer.header("Content-Disposition").endswith('.ics"')
    calendar = Calendar.from_ical(answer.html)
    assert calendar["METHOD"] == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    return event
