"""The pages of roles: finding people, giving roles and taking them, on the record."""

from __future__ import annotations

import pytest

from classbell.storage.models import AuditEntry, Person, Role, RoleAssignment
from tests.acceptance.roles.conftest import Stage
from tests.domain.people import Cast
from tests.support import a_person

pytestmark = pytest.mark.django_db

HERE = "/catalogs/academy/settings/roles"


def held(person: Person | None) -> set[str]:
    return set(RoleAssignment.objects.filter(person=person).values_list("role", flat=True))


def assignment(person: Person, role: Role) -> RoleAssignment:
    return RoleAssignment.objects.get(person=person, role=role)


@pytest.mark.parametrize("part", ["owner", "lms_admin"])
def test_somebody_is_found_and_made_catalog_admin(stage: Stage, cast: Cast, part: str) -> None:
    browser = stage.browser(part)
    assert "Ana Learner" in browser.get(f"{HERE}?search=ana.learner@").words
    assert "Rosa Fabri" not in browser.get(f"{HERE}?search=rosa").words
    assert "Nobody is found." in browser.get(f"{HERE}?search=rosa").words
    form = {"person": str(cast.learner.pk), "role": "catalog_admin"}
    assert browser.post(HERE, form).location == HERE
    assert held(cast.learner) == {"catalog_admin"}
    row = AuditEntry.objects.get(action="role.granted", after__person="Ana Learner")
    assert (row.actor, row.catalog) == (stage.people[part], cast.catalog)
    assert (row.before, row.after["role"]) == ({}, "catalog_admin")
    assert "Ana Learner" in browser.get(HERE).words


def test_a_course_admin_needs_a_course(stage: Stage, cast: Cast) -> None:
    browser = stage.browser("owner")
    form = {"person": str(cast.learner.pk), "role": "course_admin"}
    assert "Choose a course." in browser.post(HERE, form).words
    browser.post(HERE, form | {"course": "FIRE"})
    assert RoleAssignment.objects.get(person=cast.learner).course == stage.session.course
    assert "Course admin of Fire safety" in browser.get(HERE).words


def test_a_refused_form_keeps_who_was_found_and_what_was_chosen(stage: Stage, cast: Cast) -> None:
    browser = stage.browser("owner")
    page = browser.get(f"{HERE}?search=Ana+L")
    action = next(
        given["action"]
        for tag, given in page.elements
        if tag == "form" and "search=" in given.get("action", "")
    )
    refused = browser.post(action, {"person": str(cast.learner.pk), "role": "course_admin"})
    assert refused.status == 422
    assert "Ana Learner (ana.learner@contoso.example)" in refused.words
    chosen = [given["value"] for tag, given in refused.elements if "selected" in given]
    assert "course_admin" in chosen


def test_what_cannot_be_given_is_refused_with_why(stage: Stage, cast: Cast) -> None:
    browser = stage.browser("owner")
    unlinked = Person.objects.get(name="Ada Unlinked")
    for form, words in (
        ({"person": str(unlinked.pk), "role": "catalog_admin"}, "has no sign-in yet"),
        ({"person": str(cast.learner.pk), "role": "lms_admin"}, "Choose a role."),
        ({"person": str(cast.stranger.pk), "role": "catalog_admin"}, "Choose somebody"),
        ({"person": "nobody", "role": "catalog_admin"}, "Choose somebody"),
    ):
        refused = browser.post(HERE, form)
        assert refused.status == 422
        assert words in refused.words
    assert not held(cast.learner)


def test_a_role_is_taken_after_a_question(stage: Stage, cast: Cast) -> None:
    browser = stage.browser("owner")
    course_admin = stage.people["course_admin"]
    assert course_admin
    address = f"{HERE}/{assignment(course_admin, Role.COURSE_ADMIN).pk}/take"
    assert "Take «Course admin of Fire safety» from Carla Course?" in browser.get(address).words
    assert held(course_admin)
    assert browser.post(address).location == HERE
    assert not held(course_admin)
    row = AuditEntry.objects.get(action="role.revoked")
    assert row.before == {"role": "course_admin"}
    assert row.after == {"person": "Carla Course", "course": "Fire safety"}
    assert browser.post(address).status == 404


@pytest.mark.store
def test_the_last_catalog_admin_is_warned_first(stage: Stage, cast: Cast) -> None:
    browser = stage.browser("owner")
    address = f"{HERE}/{assignment(cast.owner, Role.CATALOG_ADMIN).pk}/take"
    assert "This is the only catalog admin of Contoso Academy." in browser.get(address).words
    refused = browser.post(address)
    assert refused.status == 422
    assert "leave the catalog without an admin" in refused.words
    assert held(cast.owner)
    assert browser.post(address, {"leave_without": "on"}).location == "/"
    assert not held(cast.owner)
    assert browser.get(HERE).status == 403
    assert stage.browser("lms_admin").get(HERE).status == 200, "who can appoint another"


def test_an_lms_admin_is_made_and_the_last_one_stays(stage: Stage, cast: Cast) -> None:
    browser = stage.browser("lms_admin")
    only = f"/roles/{assignment(cast.lms_admin, Role.LMS_ADMIN).pk}/take"
    page = browser.get(only)
    assert "This is the only LMS admin." in page.words
    assert "Take the role" not in page.buttons
    assert browser.post(only).status == 422
    assert "Make Ana Learner LMS admin" in browser.get("/roles?search=Ana L").buttons
    browser.post("/roles", {"person": str(cast.learner.pk)})
    assert held(cast.learner) == {"lms_admin"}
    assert browser.post(only).location == "/"
    assert browser.get("/roles").status == 403
    assert AuditEntry.objects.filter(action="role.revoked", actor=cast.lms_admin).exists()


def test_each_page_takes_its_own_roles_only(stage: Stage, cast: Cast) -> None:
    lms = assignment(cast.lms_admin, Role.LMS_ADMIN).pk
    of_sales = assignment(cast.colleague, Role.CATALOG_ADMIN).pk
    for part, address in (
        ("owner", f"{HERE}/{lms}/take"),
        ("owner", f"{HERE}/{of_sales}/take"),
        ("lms_admin", f"/roles/{of_sales}/take"),
        ("stranger", f"/roles/{lms}/take"),
    ):
        assert stage.browser(part).post(address, {"leave_without": "on"}).status == 404
    assert held(cast.lms_admin)
    assert held(cast.colleague)


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("colleague", 403),
        ("course_admin", 403),
        ("instructor", 403),
        ("learner", 403),
        ("stranger", 404),
    ],
)
def test_nobody_else_gives_or_takes(stage: Stage, cast: Cast, part: str, status: int) -> None:
    before, browser = RoleAssignment.objects.count(), stage.browser(part)
    form = {"person": str(cast.learner.pk), "role": "catalog_admin"}
    assert browser.post(HERE, form).status == status
    own = assignment(cast.owner, Role.CATALOG_ADMIN).pk
    assert browser.post(f"{HERE}/{own}/take", {"leave_without": "on"}).status == status
    assert RoleAssignment.objects.count() == before


def test_at_most_twenty_are_shown(stage: Stage) -> None:
    for number in range(25):
        a_person(f"Nora {number:02}")
    page = stage.browser("owner").get(f"{HERE}?search=nora")
    assert page.html.count("nora.") == 20
