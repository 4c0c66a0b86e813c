"""A course admin administers the courses given to them, and nothing beside them."""

from __future__ import annotations

import pytest

from classbell.domain.organisations.access import access_of
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.organisations.course_access import scope_in
from classbell.domain.organisations.links import issue_link
from classbell.domain.organisations.people import grant_role
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotAllowed
from classbell.storage.models import (
    Account,
    Catalog,
    Connection,
    Course,
    CourseSession,
    Enrolment,
    EnrolmentState,
    Message,
    PersonLink,
    Role,
    RoleAssignment,
)
from tests.acceptance.roles.conftest import Stage
from tests.acceptance.web.conftest import Visitor
from tests.support import NOW, a_group, a_person, an_enrolment

pytestmark = pytest.mark.django_db

HERE = "/catalogs/academy"


@pytest.fixture
def carla(stage: Stage) -> Visitor:
    """The course admin's browser."""
    return stage.browser("course_admin")


@pytest.fixture
def foreign(stage: Stage) -> CourseSession:
    """A session of a course of the same catalog that is not given to them."""
    course = Course.objects.create(
        catalog=stage.session.course.catalog, code="COOK", title="Cooking", created_at=NOW
    )
    return CourseSession.objects.create(
        course=course,
        code="COOK-1",
        title="Soup",
        starts_at=stage.session.starts_at,
        ends_at=stage.session.ends_at,
        time_zone="Europe/Copenhagen",
        created_at=NOW,
    )


def test_the_lists_show_the_own_courses_only(carla: Visitor, foreign: CourseSession) -> None:
    for path in ("/courses", "/sessions", "/sessions/month?month=2026-12", "/sessions/new"):
        words = carla.get(HERE + path).words
        assert "Fire safety" in words, path
        assert "Cooking" not in words, path
        assert "Soup" not in words, path


def test_other_courses_of_the_catalog_are_out_of_reach(
    stage: Stage, carla: Visitor, foreign: CourseSession
) -> None:
    group = a_group(foreign.course)
    session = f"{HERE}/sessions/{foreign.pk}"
    pages = ["", "/edit", "/copy", "/cancel", "/rooms", "/learners", "/message"]
    assert {carla.get(session + path).status for path in pages} == {404}
    acts = ["/edit", "/publish", "/cancel", "/learners/enrol", "/message", "/room", "/try-again"]
    assert {carla.post(session + path).status for path in acts} == {404}
    for path in (f"/courses/{foreign.course_id}", f"/groups/{group.pk}"):
        assert carla.get(HERE + path).status == 404
        assert carla.post(HERE + path, {"title": "Mine"}).status == 404
    refused = carla.post(f"{HERE}/sessions/new", a_form(course="COOK"))
    assert refused.status == 422
    assert not Enrolment.objects.filter(session=foreign).exists()
    assert CourseSession.objects.filter(course=foreign.course).count() == 1


def test_the_scope_of_courses_holds_what_hangs_on_them_and_nothing_else(
    stage: Stage, foreign: CourseSession
) -> None:
    person, catalog = stage.people["course_admin"], stage.session.course.catalog
    assert person
    scope = scope_in(access_of(person), catalog)
    assert set(scope.of(Course)) == {stage.session.course}
    assert foreign not in scope.of(CourseSession)
    for model in (Connection, Message, RoleAssignment, Catalog):
        assert not scope.of(model).exists(), model
    elsewhere = scope.narrowed_to(foreign.pk)
    assert not elsewhere.of(CourseSession).exists()


def test_they_plan_enrol_and_write(stage: Stage, carla: Visitor) -> None:
    made = carla.post(f"{HERE}/sessions/new", a_form(course="FIRE"))
    assert made.status == 303, made.words
    assert carla.post(f"{made.location}/publish").status == 303
    carla.post(f"{made.location}/learners/enrol", {"people": "Ana Learner"})
    session = CourseSession.objects.get(code="FIRE-9")
    assert session.published
    assert Enrolment.objects.get(session=session).state == EnrolmentState.ENROLLED
    form = {"subject": "Door 3", "text": "Come in.", "to": "enrolled"}
    sent = carla.post(f"{HERE}/sessions/{stage.session.pk}/message", form)
    assert sent.status == 303, sent.words
    page = carla.get(sent.location)
    assert page.status == 200
    assert "delivery log" not in page.words


def test_they_may_send_a_sign_in_link_to_their_learners_only(
    ports: Ports, stage: Stage, carla: Visitor, foreign: CourseSession
) -> None:
    person = stage.people["course_admin"]
    assert person
    assert carla.post(stage.address("sign-in-link")).status == 303
    assert PersonLink.objects.count() == 1
    other = a_person("Uma Unlinked", known_to_microsoft=False)
    an_enrolment(foreign, other)
    with pytest.raises(NotAllowed, match="takes none of the courses"):
        issue_link(ports, other, catalog=foreign.course.catalog, actor=Actor.of(person))
    assert PersonLink.objects.count() == 1


def test_a_lost_connection_is_told_without_what_only_a_catalog_admin_can_press(
    stage: Stage, carla: Visitor
) -> None:
    Account.objects.filter(connections__catalog__slug="academy").update(state="lost")
    page = carla.get(f"{HERE}/sessions")
    assert "is lost." in page.words
    assert "Reconnect" not in page.words
    assert "Reconnect" in stage.browser("owner").get(f"{HERE}/sessions").words


def test_the_role_in_one_catalog_opens_no_other(ports: Ports, stage: Stage) -> None:
    sales = stage.people["colleague"]
    assert sales
    carla = stage.browser("course_admin")
    assert carla.get("/catalogs/sales/sessions").status == 403
    assert carla.get("/catalogs/fabrikam/sessions").status == 404
    grant_role(ports, sales, Role.COURSE_ADMIN, course=stage.session.course, actor=OPERATOR)
    jonas = stage.browser("colleague")
    assert jonas.get(f"{HERE}/sessions").status == 200
    assert jonas.get(f"{HERE}/settings/general").status == 403
    assert "Contoso Academy" in jonas.get("/catalogs/sales").words, "the switch leads there"


def a_form(*, course: str) -> dict[str, str]:
    """Return what the form of a new session sends."""
    return {
        "course": course,
        "code": "FIRE-9",
        "title": "Extra",
        "starts": "2026-12-10T09:00",
        "ends": "2026-12-10T11:00",
        "time_zone": "Europe/Copenhagen",
    }
