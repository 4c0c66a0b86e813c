"""Learners of a session, as the catalog admin keeps them."""

from __future__ import annotations

import pytest

from classbell.ports.bundle import Ports
from classbell.storage.models import Course, CourseSession, Enrolment, EnrolmentState
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.fakes import FakeClock
from tests.support import a_person, a_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(cast: Cast) -> CourseSession:
    """A session with one seat in a course with a waiting list."""
    found = a_session(cast.catalog, seats=1)
    Course.objects.update(waiting_list=True)
    for name in ("Bo Holm", "Cy Young"):
        a_person(name)
    return found


@pytest.fixture
def here(session: CourseSession) -> str:
    return f"/catalogs/academy/sessions/{session.pk}/learners"


def state_of(name: str, session: CourseSession) -> str:
    found = Enrolment.objects.filter(person__name=name, session=session).first()
    return found.state if found else ""


def test_more_than_the_seats_wait_in_order_and_move_up(
    owner: Visitor, session: CourseSession, here: str
) -> None:
    done = owner.post(f"{here}/enrol", {"people": "Ana Learner\nbo.holm@contoso.example\nCy Young"})
    assert done.location == here
    page = owner.get(here)
    assert "1 of 1 seats taken" in page.words
    assert page.words.index("Waiting list") < page.words.rindex("Bo Holm")
    assert page.words.rindex("Bo Holm") < page.words.rindex("Cy Young")
    ana = Enrolment.objects.get(person__name="Ana Learner")
    owner.post(f"{here}/unenrol", {"person": str(ana.person_id)})
    assert state_of("Bo Holm", session) == EnrolmentState.ENROLLED
    assert state_of("Cy Young", session) == EnrolmentState.WAITING


def test_who_is_not_known_or_not_certain_is_said_and_nobody_is_enrolled(
    owner: Visitor, here: str
) -> None:
    a_person("Bo Hansen")
    for typed, words in (
        ("Ana Learner, nobody@contoso.example", "Nobody called «nobody@contoso.example»"),
        ("Bo", "may be several people"),
        ("Rosa Fabri", "Nobody called «Rosa Fabri»"),
        (" ", "Nobody was typed."),
    ):
        page = owner.post(f"{here}/enrol", {"people": typed})
        assert page.status == 422
        assert words in page.words
    assert not Enrolment.objects.exists()


def test_a_learner_changes_session_and_keeps_theirs_where_the_other_is_full(
    owner: Visitor, cast: Cast, session: CourseSession, here: str
) -> None:
    other = a_session(cast.catalog, "FIRE-2", seats=1, title="Second")
    owner.post(f"{here}/enrol", {"people": "Ana Learner"})
    change = {"person": str(cast.learner.pk), "session": str(other.pk)}
    owner.post(f"{here}/change", change)
    assert state_of("Ana Learner", other) == EnrolmentState.ENROLLED
    owner.post(f"{here}/enrol", {"people": "Bo Holm"})
    bo = Enrolment.objects.get(person__name="Bo Holm")
    refused = owner.post(f"{here}/change", change | {"person": str(bo.person_id)})
    assert refused.status == 422
    assert "Bo Holm keeps «Session 1»." in refused.words
    assert state_of("Bo Holm", session) == EnrolmentState.ENROLLED


def test_attendance_is_kept_once_the_session_has_begun(
    owner: Visitor, cast: Cast, session: CourseSession, here: str, ports: Ports
) -> None:
    owner.post(f"{here}/enrol", {"people": "Ana Learner"})
    name = f"attended-{cast.learner.pk}"
    early = owner.post(f"{here}/attendance", {name: "80"})
    assert "has not begun" in early.words
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(session.starts_at - ports.clock.now())
    for typed in ("120", "-1", "half"):
        assert owner.post(f"{here}/attendance", {name: typed}).status == 422
    owner.post(f"{here}/attendance", {name: "80 %"})
    assert Enrolment.objects.get().attendance == 80
    shown = [given for _, given in owner.get(here).elements if given.get("name") == name]
    assert shown[0]["value"] == "80"
    owner.post(f"{here}/attendance", {name: ""})
    assert Enrolment.objects.get().attendance is None
