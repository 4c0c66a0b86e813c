"""An instructor's own sessions, and the attendance list of each."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from classbell.storage.models import (
    AuditEntry,
    Connection,
    CourseSession,
    Enrolment,
    Entry,
    Person,
    SessionInstructor,
)
from tests.acceptance.roles.conftest import Stage
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.support import NOW, a_person, a_session, an_enrolment

pytestmark = pytest.mark.django_db

BEGUN = NOW - timedelta(hours=1)
LINK = "https://teams.example/join/1"


@pytest.fixture
def taught(cast: Cast) -> CourseSession:
    """A session that has begun, with two learners and an instructor."""
    session = a_session(cast.catalog, starts_at=BEGUN, teams_meeting=True)
    SessionInstructor.objects.create(session=session, person=a_person("Ines Instructor"))
    for person in (cast.learner, a_person("Bo Holm")):
        an_enrolment(session, person)
    return session


@pytest.fixture
def ines(taught: CourseSession) -> Visitor:
    """The instructor's browser."""
    return a_visitor(Person.objects.get(name="Ines Instructor"))


def here(session: CourseSession) -> str:
    return f"/teaching/{session.pk}"


def marks(session: CourseSession) -> dict[str, int | None]:
    rows = Enrolment.objects.filter(session=session)
    return dict(rows.values_list("person__name", "attendance"))


def test_an_instructor_marks_who_was_there(ines: Visitor, taught: CourseSession) -> None:
    assert "Session 1" in ines.get("/teaching").words
    page = ines.get(here(taught))
    fields = {given["aria-label"]: given["name"] for given in selects(page)}
    form = {
        fields["Attendance of Ana Learner"]: "100",
        fields["Attendance of Bo Holm"]: "0",
    }
    assert ines.post(f"{here(taught)}/attendance", form).location == here(taught)
    assert marks(taught) == {"Ana Learner": 100, "Bo Holm": 0}
    row = AuditEntry.objects.get(action="session.attendance_recorded")
    assert row.actor_name == "Ines Instructor"
    ines.post(f"{here(taught)}/attendance", {fields["Attendance of Bo Holm"]: ""})
    assert marks(taught) == {"Ana Learner": 100, "Bo Holm": None}


def test_a_share_that_an_admin_typed_stays_a_choice(ines: Visitor, taught: CourseSession) -> None:
    Enrolment.objects.filter(person__name="Bo Holm").update(attendance=50)
    page = ines.get(here(taught))
    assert "50 per cent" in page.words
    name = next(one["name"] for one in selects(page) if "Bo Holm" in one["aria-label"])
    ines.post(f"{here(taught)}/attendance", {name: "50"})
    assert marks(taught)["Bo Holm"] == 50
    refused = ines.post(f"{here(taught)}/attendance", {name: "73"})
    assert refused.status == 422
    assert marks(taught)["Bo Holm"] == 50


def test_nothing_is_marked_before_it_begins(stage: Stage) -> None:
    browser, session = stage.browser("instructor"), stage.session
    page = browser.get(here(session))
    assert "Attendance can be marked once the session has begun." in page.words
    assert not selects(page)
    learner = stage.people["learner"]
    assert learner
    refused = browser.post(f"{here(session)}/attendance", {f"attended-{learner.pk}": "100"})
    assert refused.status == 422
    assert "has not begun" in refused.words


def test_the_list_is_taken_along_and_runs_nothing(ines: Visitor, taught: CourseSession) -> None:
    Person.objects.filter(name="Bo Holm").update(name='=HYPERLINK("https://example.com")')
    Enrolment.objects.filter(person__name="Ana Learner").update(attendance=100)
    answer = ines.post(f"{here(taught)}/export")
    assert answer.header("Content-Disposition").endswith('.csv"')
    rows = list(csv.reader(io.StringIO(answer.html.removeprefix("\ufeff"))))
    assert rows == [
        ["name", "address", "attended (per cent)"],
        ['\'=HYPERLINK("https://example.com")', "bo.holm@contoso.example", ""],
        ["Ana Learner", "ana.learner@contoso.example", "100"],
    ]
    row = AuditEntry.objects.get(action="session.attendance_exported")
    assert (row.actor_name, row.after) == ("Ines Instructor", {"people": 2})


def test_the_link_and_the_calendar_are_the_instructors_too(
    ines: Visitor, taught: CourseSession, connected: Connection
) -> None:
    assert connected.account
    Entry.objects.create(
        session=taught,
        account=connected.account,
        state="created",
        join_url=LINK,
        requested_at=NOW,
    )
    page = ines.get(here(taught))
    assert LINK in page.links()
    assert f"/my/sessions/{taught.pk}/calendar" in page.links()
    assert ines.get(f"/my/sessions/{taught.pk}/calendar").status == 200


def test_teaching_is_no_other_power(ines: Visitor, cast: Cast, taught: CourseSession) -> None:
    other = a_session(cast.catalog, "FIRE-2", starts_at=BEGUN)
    for path in (here(other), f"/my/sessions/{other.pk}/leave"):
        assert ines.get(path).status == 404
    assert ines.post(f"{here(other)}/attendance").status == 404
    for path in ("", "/sessions", f"/sessions/{taught.pk}", f"/sessions/{taught.pk}/learners"):
        assert ines.get(f"/catalogs/academy{path}").status == 403
    learners = f"/catalogs/academy/sessions/{taught.pk}/learners"
    for act in ("enrol", "unenrol", "change", "attendance"):
        assert ines.post(f"{learners}/{act}").status == 403


def test_who_teaches_no_more_sees_it_no_more(ines: Visitor, taught: CourseSession) -> None:
    SessionInstructor.objects.all().delete()
    assert ines.get(here(taught)).status == 404
    assert ines.get("/teaching").status == 404
    assert "Teaching" not in ines.get("/my/sessions").words


@pytest.mark.parametrize("part", ["owner", "colleague", "learner", "stranger", "lms_admin"])
def test_only_its_instructor_has_the_list_here(stage: Stage, part: str) -> None:
    browser = stage.browser(part)
    assert browser.get(here(stage.session)).status == 404
    for act in ("attendance", "export"):
        assert browser.post(f"{here(stage.session)}/{act}").status == 404


def selects(page: Page) -> list[dict[str, str]]:
    """Return the choices of the list."""
    return [given for tag, given in page.elements if tag == "select"]
