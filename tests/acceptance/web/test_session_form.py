"""The form of a session and what is done with it, as its admin meets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from classbell.domain.courses.enrol import enrol
from classbell.domain.organisations.audit import OPERATOR
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    AuditEntry,
    CalendarOptions,
    Connection,
    Course,
    CourseSession,
    WorkItem,
)
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.support import NOW, a_person, a_session

pytestmark = pytest.mark.django_db
SESSIONS = "/catalogs/academy/sessions"
TYPED = {
    "course": "FIRE",
    "code": "FIRE-9",
    "title": "Evening",
    "starts": "2027-03-01T18:00",
    "ends": "2027-03-01T20:00",
    "time_zone": "Europe/Copenhagen",
    "seats": "2",
    "teams_meeting": "on",
    "instructors": "Ivo Instructor",
}


@pytest.fixture(autouse=True)
def course(cast: Cast) -> CourseSession:
    """A course of the owner's catalog, with one session."""
    a_person("Ivo Instructor")
    return a_session(cast.catalog)


def made() -> CourseSession:
    return CourseSession.objects.get(code="FIRE-9")


def test_what_is_typed_becomes_a_draft_that_says_what_publishing_does(
    owner: Visitor, connected: Connection
) -> None:
    assert owner.get(f"{SESSIONS}/new").status == 200
    saved = owner.post(f"{SESSIONS}/new", TYPED)
    assert saved.location == f"{SESSIONS}/{made().pk}"
    assert made().starts_at == datetime(2027, 3, 1, 17, tzinfo=UTC)
    assert [one.name for one in made().instructors.all()] == ["Ivo Instructor"]
    page = owner.get(saved.location)
    assert "What happens when you publish" in page.words
    assert "A Teams meeting is made" in page.words
    assert "1 person is invited By the calendar entry." in page.words
    assert connected.account is not None
    assert f"As {connected.account.address}." in page.words


def test_who_waits_in_the_lobby_is_chosen_for_one_session(owner: Visitor) -> None:
    owner.post(f"{SESSIONS}/new", TYPED | {"lobby": "everybody", "co_organisers": "on"})
    assert (made().lobby, made().co_organisers) == ("everybody", True)
    refused = owner.post(f"{SESSIONS}/{made().pk}/edit", TYPED | {"lobby": "nowhere"})
    assert refused.status == 422
    assert "There is no lobby «nowhere»." in refused.words
    owner.post(f"{SESSIONS}/{made().pk}/edit", TYPED)
    assert (made().lobby, made().co_organisers) == ("", False)


def test_publishing_asks_for_the_entry_and_trying_again_asks_once_more(
    owner: Visitor, connected: Connection
) -> None:
    owner.post(f"{SESSIONS}/new", TYPED)
    here = f"{SESSIONS}/{made().pk}"
    owner.post(f"{here}/publish")
    assert made().published
    WorkItem.objects.all().delete()
    page = owner.get(here)
    assert "What happens when you publish" not in page.words
    owner.post(f"{here}/try-again")
    assert WorkItem.objects.filter(kind="reconcile", subject=str(made().pk)).exists()
    assert AuditEntry.objects.filter(action="session.tried_again").count() == 1


def test_a_time_that_does_not_exist_is_refused_with_the_two_nearest(owner: Visitor) -> None:
    gap = {"starts": "2027-03-28T02:30", "ends": "2027-03-28T05:00"}
    page = owner.post(f"{SESSIONS}/new", TYPED | gap)
    assert page.status == 422
    assert "Use 2027-03-28T01:59 or earlier, or 2027-03-28T03:00 or later." in page.words
    assert page.element("starts")["aria-invalid"] == "true"
    assert page.element("title")["value"] == "Evening"
    assert not CourseSession.objects.filter(code="FIRE-9").exists()


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_a_time_that_happens_twice_is_a_choice(owner: Visitor, which: str, hour: int) -> None:
    twice = TYPED | {"starts": "2027-10-31T02:30", "ends": "2027-10-31T05:00"}
    asked = owner.post(f"{SESSIONS}/new", twice)
    assert asked.status == 422
    assert asked.has("starts_which")
    owner.post(f"{SESSIONS}/new", twice | {"starts_which": which})
    assert made().starts_at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    form = owner.get(f"{SESSIONS}/{made().pk}/edit")
    assert form.element("starts")["value"] == "2027-10-31T02:30"
    chosen = [given for tag, given in form.elements if tag == "option" and "selected" in given]
    assert which in [given["value"] for given in chosen]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("course", "SALES", "Choose a course."),
        ("code", "FIRE-1", "in this catalog already"),
        ("seats", "many", "This is no number."),
        ("starts", "tomorrow", "This is no date and time."),
        ("time_zone", "Romance Standard Time", "Did you mean Europe/Paris?"),
        ("instructors", "nobody@contoso.example", "is known in this organisation"),
        ("meeting_url", "https://meet.example/1", "not both"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(
    owner: Visitor, field: str, value: str, words: str
) -> None:
    page = owner.post(f"{SESSIONS}/new", TYPED | {field: value})
    assert page.status == 422
    assert words in page.words
    assert page.element("ends")["value"] == TYPED["ends"]


def test_editing_keeps_what_is_not_touched(owner: Visitor, course: CourseSession) -> None:
    here = f"{SESSIONS}/{course.pk}"
    form = owner.get(f"{here}/edit")
    typed = {name: form.element(name)["value"] for name in ("title", "starts", "ends", "seats")} | {
        "time_zone": course.time_zone
    }
    owner.post(f"{here}/edit", typed | {"title": "Renamed"})
    after = CourseSession.objects.get(pk=course.pk)
    assert (after.title, after.starts_at, after.seats) == ("Renamed", course.starts_at, 20)
    assert after.published


def test_a_copy_is_a_draft_at_its_own_date(owner: Visitor, course: CourseSession) -> None:
    here = f"{SESSIONS}/{course.pk}"
    taken = owner.post(f"{here}/copy", {"code": "FIRE-1", "starts": "2027-06-01T09:00"})
    assert taken.status == 422
    assert taken.element("code")["aria-invalid"] == "true"
    owner.post(f"{here}/copy", {"code": "FIRE-9", "starts": "2027-06-01T09:00"})
    assert not made().published
    assert made().ends_at - made().starts_at == timedelta(hours=2)


def test_cancelling_asks_first_and_shows_the_message_afterwards(
    owner: Visitor, course: CourseSession, ports: Ports
) -> None:
    here = f"{SESSIONS}/{course.pk}"
    asked = owner.get(f"{here}/cancel")
    assert "cannot be brought back" in asked.words
    owner.post(f"{here}/cancel", {"message": "Ivo is ill."})
    after = CourseSession.objects.get(pk=course.pk)
    assert (after.cancelled_at, after.cancel_message) == (NOW, "Ivo is ill.")
    page = owner.get(here)
    assert "Ivo is ill." in page.words
    assert "Try again" not in page.buttons


def test_a_draft_says_who_comes_along_and_where_it_will_be_shown(
    owner: Visitor, connected: Connection, cast: Cast, ports: Ports, course: CourseSession
) -> None:
    CalendarOptions.objects.create(
        catalog=cast.catalog, share=True, shared_address="all@contoso.example"
    )
    Course.objects.update(enrolment_type="all")
    session = CourseSession.objects.select_related("course__catalog").get(pk=course.pk)
    enrol(ports, session=session, people=[cast.learner, a_person("Bo Holm")], actor=OPERATOR)
    owner.post(f"{SESSIONS}/new", TYPED)
    page = owner.get(f"{SESSIONS}/{made().pk}")
    assert "3 people are invited By the calendar entry." in page.words
    assert "2 of them are enrolled by it" in page.words
    assert "2 people get a confirmation by email" in page.words
    assert "The organization's calendar shows it all@contoso.example" in page.words

    CalendarOptions.objects.update(by_mail_only=True)
    page = owner.get(f"{SESSIONS}/{made().pk}")
    assert "1 person is invited By the calendar entry." in page.words
    assert "2 people are invited By email." in page.words
    assert "get a confirmation" not in page.words


def test_publishing_a_session_too_small_for_the_others_says_what_is_missing(
    owner: Visitor, connected: Connection, cast: Cast, ports: Ports, course: CourseSession
) -> None:
    Course.objects.update(enrolment_type="all")
    session = CourseSession.objects.select_related("course__catalog").get(pk=course.pk)
    enrol(ports, session=session, people=[cast.learner, a_person("Bo Holm")], actor=OPERATOR)
    owner.post(f"{SESSIONS}/new", TYPED | {"seats": "1"})
    page = owner.post(f"{SESSIONS}/{made().pk}/publish")
    assert page.status == 422
    assert "2 people take «Fire safety», and this session has 1 seat." in page.words
    assert not made().published
