"""The preview of a notification: whose data it shows, and under which policy."""

from __future__ import annotations

from uuid import UUID

import pytest

from classbell.storage.models import CourseSession, EnrolmentState, Message, Notification, Person
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.acceptance.web.template_form import form_of
from tests.acceptance.web.test_template_editor import PAGE, saved
from tests.domain.people import Cast
from tests.support import FABRIKAM, a_person, a_session, an_enrolment, an_organisation

pytestmark = pytest.mark.django_db

LIST = "/catalogs/academy/settings/notifications"
PREVIEW = f"{PAGE}/preview"


@pytest.fixture
def session(cast: Cast) -> CourseSession:
    """A session of the owner's catalog with one learner."""
    made = a_session(cast.catalog, title="Wardens of the north wing")
    an_enrolment(made, a_person("Anna Krüger"))
    return made


def shown(owner: Visitor, session: CourseSession | str, person: Person | str, **more: str) -> Page:
    """Return the preview of what is stored."""
    ids = [str(one if isinstance(one, str) else one.pk) for one in (session, person)]
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return owner.get(f"{PREVIEW}?session={ids[0]}&person={ids[1]}&{query}")


def test_it_begins_with_the_next_session_and_its_first_learner(
    owner: Visitor, session: CourseSession
) -> None:
    page = owner.get(PAGE)
    frame = page.element("preview")
    assert frame["sandbox"] == ""
    preview = owner.get(frame["src"])
    assert "You are enrolled: Fire safety, Wardens of the north wing" in preview.words
    assert "Hello Anna Krüger," in preview.words
    assert "To Anna Krüger <anna.krüger@contoso.example>" in preview.words


def test_the_page_may_hold_the_frame_and_nothing_else_may(owner: Visitor) -> None:
    policy = owner.get(PAGE).header("Content-Security-Policy")
    assert "frame-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-src" not in owner.get("/catalogs/academy").header("Content-Security-Policy")


def test_the_mails_document_can_do_nothing(owner: Visitor) -> None:
    page = owner.get(PREVIEW)
    policy = page.header("Content-Security-Policy").split("; ")
    assert set(policy) == {
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src 'self' data:",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "sandbox",
    }
    assert page.header("X-Frame-Options") == "SAMEORIGIN"
    assert page.header("Cache-Control") == "no-store"
    assert "<script" not in page.html


def test_the_unsaved_text_is_shown_and_nothing_is_written(
    owner: Visitor, session: CourseSession
) -> None:
    typed = {"message": "<p>Only typed, {PERSON NAME}</p><script>x</script>"}
    page = owner.post(PREVIEW, form_of(owner.get(PAGE)) | typed)
    assert "Only typed, Anna Krüger" in page.words
    assert "<script" not in page.html
    assert not Notification.objects.exists()
    assert not Message.objects.exists()


def test_what_could_not_be_saved_is_said_instead(owner: Visitor) -> None:
    page = owner.post(PREVIEW, form_of(owner.get(PAGE)) | {"subject": "{COURSE TITEL}"})
    assert page.status == 422
    assert "This text cannot be sent." in page.words
    assert "Did you mean {COURSE TITLE}?" in page.words


def test_values_are_text_whatever_they_hold(owner: Visitor, cast: Cast) -> None:
    session = a_session(cast.catalog, title="<img src=x onerror=alert(1)>")
    page = shown(owner, session, cast.owner)
    assert "<img" not in page.html
    assert "<img src=x" in page.words


def test_the_language_of_the_tab_is_that_of_text_and_dates(
    owner: Visitor, session: CourseSession
) -> None:
    saved(owner, language="de", subject="Willkommen", message="<p>{SESSION START}</p>")
    page = shown(owner, session, "sample", language="de")
    assert "Dienstag, 1. Dezember 2026, 09:00" in page.words
    assert "Tuesday" in shown(owner, session, "sample", language="en").words


def test_it_is_light_or_dark_as_chosen(owner: Visitor) -> None:
    dark, light = (owner.get(f"{PREVIEW}?theme={theme}").html for theme in ("dark", "light"))
    assert "@media all" in dark
    assert "@media not all" in light
    assert "prefers-color-scheme" not in dark + light


def test_a_mail_that_may_be_declined_leads_into_nobodys_own_preferences(
    owner: Visitor, session: CourseSession
) -> None:
    page = owner.get(f"{LIST}/room_moved/preview?session={session.pk}")
    found = [one for one in page.links() if "preferences" in one]
    assert found == ["http://localhost:8000/preferences"]


def test_without_sessions_it_is_made_up(owner: Visitor) -> None:
    page = shown(owner, "sample", "sample")
    assert "Fire safety for wardens" in page.words
    assert "Hello Anna Berg," in page.words


def test_choosing_another_session_offers_its_people_and_keeps_what_was_typed(
    owner: Visitor, cast: Cast, session: CourseSession
) -> None:
    other = a_session(cast.catalog, "FIRE-2", title="South wing")
    an_enrolment(other, a_person("Ben Ito"))
    typed = form_of(owner.get(PAGE)) | {"subject": "Mine", "session": str(other.pk)}
    page = owner.post(PAGE, typed | {"act": "choose"})
    form = form_of(page)
    assert form["person"] == str(a_person("Ben Ito").pk)
    assert form["subject"] == "Mine"
    assert "Anna Krüger" not in page.words


def test_learners_instructors_and_admins_of_the_catalog_can_be_shown(
    owner: Visitor, cast: Cast, session: CourseSession
) -> None:
    teacher = a_person("Tina Teach")
    session.instructors.add(teacher)
    waiting = an_enrolment(session, a_person("Willy Wait"))
    waiting.state = EnrolmentState.WAITING
    waiting.save()
    for person in (teacher, waiting.person, cast.owner):
        assert f"Hello {person.name}," in shown(owner, session, person).words


def test_nobody_elses_data_is_reachable(owner: Visitor, cast: Cast, session: CourseSession) -> None:
    fabrikam = an_organisation("Fabrikam", FABRIKAM)
    stranger = a_person("Secret Stranger", fabrikam)
    abroad = a_session(cast.foreign_catalog, title="Secret session")
    an_enrolment(abroad, stranger)
    beside = a_session(cast.other_catalog, "SALES-1", title="Secret sales")
    salesman = a_person("Secret Salesman")
    an_enrolment(beside, salesman)
    gone = an_enrolment(session, a_person("Secret Gone"))
    gone.state = EnrolmentState.CANCELLED
    gone.save()
    tried: list[tuple[CourseSession | str, Person | str]] = [
        (session, stranger),
        (session, salesman),
        (session, gone.person),
        (session, cast.lms_admin),
        (abroad, cast.owner),
        (beside, cast.owner),
        (str(UUID(int=1)), cast.owner),
        (session, str(UUID(int=1))),
    ]
    form = form_of(owner.get(PAGE))
    for about, person in tried:
        ids = {
            "session": str(getattr(about, "pk", about)),
            "person": str(getattr(person, "pk", person)),
        }
        answers = [
            shown(owner, about, person),
            owner.post(PREVIEW, form | ids),
            owner.post(PAGE, form | ids | {"act": "test"}),
        ]
        assert [answer.status for answer in answers] == [404, 404, 404], ids
        assert not any("Secret" in answer.html for answer in answers)
        page = owner.post(PAGE, form | ids | {"act": "choose"})
        assert "Secret" not in page.html
    assert not Notification.objects.exists()
