"""Every page and every act, tried by owner, colleague, stranger, LMS admin and nobody."""

from __future__ import annotations

import pytest

from classbell.storage.models import (
    AuditEntry,
    Connection,
    CourseSession,
    Message,
    PendingConnection,
    Person,
    RoleAssignment,
    SessionGroup,
    SignInJourney,
)
from tests.acceptance.web.conftest import a_visitor
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import a_group, a_session

pytestmark = pytest.mark.django_db

PAGES = [
    "",
    "/courses",
    "/courses/new",
    "/courses/{course}",
    "/courses/{course}/groups/new",
    "/groups/{group}",
    "/sessions",
    "/sessions/month",
    "/sessions/new",
    "/sessions/{session}",
    "/sessions/{session}/rooms",
    "/sessions/{session}/edit",
    "/sessions/{session}/copy",
    "/sessions/{session}/cancel",
    "/sessions/{session}/learners",
    "/sessions/{session}/message",
    "/rooms",
    "/delivery",
    "/delivery/{message}",
    "/audit",
    "/connection",
    "/connection/held",
    "/settings/notifications",
    "/settings/notifications?panel=m365",
    "/settings/notifications/enrolment_confirmed",
    "/settings/notifications/enrolment_confirmed/preview",
    "/settings/notifications/enrolment_confirmed/reset",
    "/settings/notifications/enrolment_confirmed/versions/0/restore",
    "/settings/notifications/enrolment_confirmed/courses",
    "/settings/connection/disconnect",
    "/settings/connection/change",
    "/settings/connection/application",
    "/settings/sessions",
    "/settings/general",
    "/settings/general/example",
]
ACTS = [
    "/settings/general",
    "/connection/check",
    "/delivery/send-again",
    "/delivery/export",
    "/sessions/{session}/sign-in-link/{session}",
    "/sessions/{session}/room",
    "/rooms/refresh",
    "/rooms/hide",
    "/rooms/show",
    "/sessions/{session}/recreate-link",
    "/settings/notifications/enrolment_confirmed",
    "/settings/notifications/enrolment_confirmed/preview",
    "/settings/notifications/enrolment_confirmed/switch",
    "/settings/notifications/enrolment_confirmed/test",
    "/settings/notifications/enrolment_confirmed/reset",
    "/settings/notifications/enrolment_confirmed/versions/0/restore",
    "/settings/notifications/enrolment_confirmed/courses",
    "/settings/sessions",
    "/sessions/{session}/outlook-edit",
    "/courses/new",
    "/courses/{course}",
    "/courses/{course}/groups/new",
    "/groups/{group}",
    "/groups/{group}/remove",
    "/sessions/new",
    "/sessions/{session}/edit",
    "/sessions/{session}/publish",
    "/sessions/{session}/copy",
    "/sessions/{session}/cancel",
    "/sessions/{session}/try-again",
    "/sessions/{session}/message",
    "/sessions/{session}/message/preview",
    "/sessions/{session}/learners/enrol",
    "/sessions/{session}/learners/unenrol",
    "/sessions/{session}/learners/change",
    "/sessions/{session}/learners/attendance",
    "/settings/connection/connect",
    "/settings/connection/save",
    "/settings/connection/cancel",
    "/settings/connection/check",
    "/settings/connection/disconnect",
    "/settings/connection/change",
    "/settings/connection/application",
    "/settings/connection/consent",
    "/settings/connection/approval",
    "/settings/connection/approval/check",
    "/settings/connection/approval/withdraw",
    "/settings/connection/invitations",
    "/settings/connection/invitations/{session}/withdraw",
    "/settings/connection/offers",
    "/settings/connection/offers/{session}/accept",
    "/settings/connection/offers/{session}/decline",
    "/settings/connection/offers/{session}/withdraw",
    "/connection/held",
]
REFUSED = {"colleague": 403, "learner": 403, "lms_admin": 403, "stranger": 404}


@pytest.fixture
def session(cast: Cast) -> CourseSession:
    """A session of the owner's catalog beside a group, and a message of it that failed."""
    a_message(cast.catalog, "failed", name="learning@contoso.example")
    found = a_session(cast.catalog)
    a_group(found.course)
    return found


def address(path: str, session: CourseSession) -> str:
    message = Message.objects.filter(catalog__slug="academy").first()
    numbers = {
        "session": session.pk,
        "course": session.course_id,
        "group": SessionGroup.objects.values_list("pk", flat=True).first(),
        "message": message.pk if message else 0,
    }
    return "/catalogs/academy" + path.format(**numbers)


def person(cast: Cast, part: str) -> Person:
    found = getattr(cast, part)
    assert isinstance(found, Person)
    return found


def test_the_owner_opens_every_page(
    cast: Cast, session: CourseSession, connected: Connection
) -> None:
    browser = a_visitor(cast.owner)
    opened = {path: browser.get(address(path, session)).status for path in PAGES}
    assert set(opened.values()) == {200}, opened


@pytest.mark.parametrize("part", REFUSED)
def test_others_open_none_and_learn_nothing(
    cast: Cast, session: CourseSession, connected: Connection, part: str
) -> None:
    browser = a_visitor(person(cast, part))
    for path in PAGES:
        page = browser.get(address(path, session))
        assert page.status == REFUSED[part], path
        assert "learning@contoso.example" not in page.html, path
        if part == "stranger":
            assert "Contoso Academy" not in page.html, path


@pytest.mark.parametrize("part", REFUSED)
def test_others_can_do_nothing(
    cast: Cast, session: CourseSession, connected: Connection, part: str
) -> None:
    before = AuditEntry.objects.count()
    browser = a_visitor(person(cast, part))
    message = Message.objects.get()
    form = {"m365_enabled": "", "switch_off": "confirmed", "message": str(message.pk)}
    answers = {path: browser.post(address(path, session), form).status for path in ACTS}
    assert set(answers.values()) == {REFUSED[part]}, answers
    connected.refresh_from_db()
    assert connected.enabled
    assert connected.account is not None
    assert not PendingConnection.objects.exists()
    assert not SignInJourney.objects.exists()
    assert not Message.objects.exclude(state="failed").exists()
    assert AuditEntry.objects.count() == before


def test_nobody_is_sent_to_sign_in(cast: Cast, session: CourseSession) -> None:
    browser = a_visitor()
    answers = [browser.get(address(path, session)) for path in PAGES]
    answers += [browser.post(address(path, session)) for path in ACTS]
    assert all(answer.status == 303 for answer in answers)
    assert all(answer.location.startswith("/signin") for answer in answers)


def test_htmx_is_sent_to_sign_in_as_a_whole_page(cast: Cast) -> None:
    answer = a_visitor().get("/catalogs/academy/delivery", **{"HX-Request": "true"})
    assert answer.status == 204
    assert answer.header("HX-Redirect").startswith("/signin")


def test_a_session_of_another_catalog_is_not_shown(cast: Cast) -> None:
    foreign = a_session(cast.other_catalog, "SALES-1")
    page = a_visitor(cast.owner).get(f"/catalogs/academy/sessions/{foreign.pk}")
    assert page.status == 404


@pytest.mark.parametrize("part", ["owner", "colleague", "learner"])
def test_the_list_of_catalogs_is_for_lms_admins(cast: Cast, part: str) -> None:
    browser = a_visitor(person(cast, part))
    assert browser.get("/catalogs").status == 403
    assert browser.post("/catalogs", {"title": "Mine", "slug": "mine"}).status == 403
    before = RoleAssignment.objects.count()
    assert browser.post("/catalogs/academy/become-admin").status == 403
    assert RoleAssignment.objects.count() == before


def test_a_strangers_list_shows_their_own_catalogs_only(cast: Cast) -> None:
    browser = a_visitor(cast.stranger)
    page = browser.get("/catalogs")
    assert "Fabrikam Training" in page.words
    assert "Contoso" not in page.words
    assert browser.post("/catalogs/academy/become-admin").status == 404


def test_an_lms_admin_becomes_catalog_admin_on_the_record(cast: Cast) -> None:
    browser = a_visitor(cast.lms_admin)
    assert browser.get("/catalogs/academy").status == 403
    assert browser.post("/catalogs/academy/become-admin").location == "/catalogs/academy"
    assert browser.get("/catalogs/academy").status == 200
    entry = AuditEntry.objects.get(action="role.granted", actor=cast.lms_admin)
    assert entry.catalog == cast.catalog
    assert "Role given" in browser.get("/catalogs/academy/audit").words
