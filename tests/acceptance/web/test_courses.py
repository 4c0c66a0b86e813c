"""Courses, as the catalog admin makes and changes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classbell.domain.courses.enrol import enrol
from classbell.domain.organisations.audit import OPERATOR
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    AuditEntry,
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    SessionGroup,
)
from tests.acceptance.web.conftest import Visitor
from tests.domain.people import Cast
from tests.support import a_person, a_session

pytestmark = pytest.mark.django_db
COURSES = "/catalogs/academy/courses"
TYPED = {"code": "ROPE", "title": "Rope work", "enrolment_type": "all", "seats": "8"}


def test_a_course_is_made_with_its_way_to_enrol_and_listed(owner: Visitor, cast: Cast) -> None:
    assert owner.get(f"{COURSES}/new").status == 200
    assert owner.post(f"{COURSES}/new", TYPED | {"waiting_list": "on"}).location == COURSES
    course = Course.objects.get(code="ROPE")
    assert (course.enrolment_type, course.seats, course.waiting_list) == ("all", 8, True)
    assert "Rope work ROPE In all sessions together Yes" in owner.get(COURSES).words
    (row,) = AuditEntry.objects.filter(action="course.enrolment_changed")
    assert row.actor == cast.owner


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "", "The code is empty."),
        ("seats", "0", "at least one seat"),
        ("seats", "x", "This is no number."),
        ("enrolment_type", "some", "Choose how people enrol."),
    ],
)
def test_what_cannot_be_used_makes_no_course(
    owner: Visitor, field: str, value: str, words: str
) -> None:
    page = owner.post(f"{COURSES}/new", TYPED | {field: value})
    assert page.status == 422
    assert words in page.words
    assert page.element("title")["value"] == "Rope work"
    assert not Course.objects.exists()


def test_the_way_to_enrol_stays_while_people_are_enrolled(
    owner: Visitor, cast: Cast, ports: Ports
) -> None:
    session = a_session(cast.catalog)
    enrol(ports, session=session, people=[cast.learner], actor=OPERATOR)
    here = f"{COURSES}/{session.course_id}"
    page = owner.post(here, {"title": "Fire", "enrolment_type": "single"})
    assert "Somebody is enrolled" in page.words
    assert Course.objects.get().title == "Fire safety"
    owner.post(here, {"title": "Fire", "enrolment_type": "multiple", "waiting_list": "on"})
    assert Course.objects.get().waiting_list


def test_more_seats_of_the_whole_course_go_to_those_who_wait(
    owner: Visitor, cast: Cast, ports: Ports
) -> None:
    for code in ("A", "B"):
        a_session(cast.catalog, code)
    Course.objects.update(enrolment_type="all", seats=1, waiting_list=True)
    session = CourseSession.objects.select_related("course__catalog").get(code="A")
    enrol(ports, session=session, people=[cast.learner, a_person("Bo Holm")], actor=OPERATOR)
    typed = {"title": "Fire", "enrolment_type": "all", "seats": "2", "waiting_list": "on"}
    owner.post(f"{COURSES}/{session.course_id}", typed)
    states = Enrolment.objects.filter(person__name="Bo Holm").values_list("state", flat=True)
    assert list(states) == [EnrolmentState.ENROLLED, EnrolmentState.ENROLLED]


def test_a_group_is_made_filled_and_removed(owner: Visitor, cast: Cast) -> None:
    session = a_session(cast.catalog)
    course = f"{COURSES}/{session.course_id}"
    typed = {"code": "AM", "title": "Mornings", "seats": "8"}
    deadline = {"enrolment_deadline": "2027-03-01T09:00"}
    assert owner.post(f"{course}/groups/new", typed | deadline).location == course
    group = SessionGroup.objects.get()
    assert (group.seats, group.enrolment_deadline) == (8, datetime(2027, 3, 1, 8, tzinfo=UTC))
    assert "Mornings AM 0 8" in owner.get(course).words

    form = owner.get(f"/catalogs/academy/sessions/{session.pk}/edit")
    assert "Fire safety: Mornings" in form.words
    stored = {name: form.element(name)["value"] for name in ("title", "starts", "ends")}
    edited = stored | {"time_zone": session.time_zone, "group": str(group.pk)}
    owner.post(f"/catalogs/academy/sessions/{session.pk}/edit", edited)
    session.refresh_from_db()
    assert session.group == group

    here = f"/catalogs/academy/groups/{group.pk}"
    assert owner.get(here).element("enrolment_deadline")["value"] == "2027-03-01T09:00"
    assert "once no session is in it" in owner.get(here).words
    assert owner.post(f"{here}/remove").status == 422
    owner.post(f"/catalogs/academy/sessions/{session.pk}/edit", edited | {"group": ""})
    assert owner.post(f"{here}/remove").location == course
    assert not SessionGroup.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("seats", "x", "This is no number."),
        ("seats", "0", "at least one seat"),
        ("enrolment_deadline", "soon", "no date and time"),
        ("title", "", "The title is empty."),
    ],
)
def test_what_cannot_be_used_makes_no_group(
    owner: Visitor, cast: Cast, field: str, value: str, words: str
) -> None:
    course = f"{COURSES}/{a_session(cast.catalog).course_id}"
    page = owner.post(f"{course}/groups/new", {"code": "AM", "title": "Mornings"} | {field: value})
    assert page.status == 422
    assert words in page.words
    assert page.element("code")["value"] == "AM"
    assert not SessionGroup.objects.exists()


def test_a_deadline_of_the_whole_course_is_kept_in_the_catalogs_time(
    owner: Visitor, cast: Cast
) -> None:
    owner.post(f"{COURSES}/new", TYPED | {"enrolment_deadline": "2027-03-01T09:00"})
    course = Course.objects.get(code="ROPE")
    assert course.enrolment_deadline == datetime(2027, 3, 1, 8, tzinfo=UTC)
    form = owner.get(f"{COURSES}/{course.pk}")
    assert form.element("enrolment_deadline")["value"] == "2027-03-01T09:00"
