"""Signing in to the Admin Center, out of it, and by a mailed link."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.organisations.links import issue_link
from classbell.ports.bundle import Ports
from classbell.storage.models import Notification, Person, PersonLink
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import SAFE_FOR_FORMS
from tests.domain.people import Cast, signed_in_as
from tests.fakes import FakeClock, FakeIdentity
from tests.fakes.identity import ORIGIN
from tests.support import a_person

pytestmark = pytest.mark.django_db


def sign_in(browser: Visitor, identity: FakeIdentity, person: Person, return_to: str = "/") -> str:
    """Walk through the sign-in and return where the browser ends up."""
    left = browser.post("/signin", {"return_to": return_to})
    assert left.status == 303
    answer = identity.callback(left.location, person=signed_in_as(person))
    back = browser.client.get("/signin/callback", answer)
    assert back.status_code == 303, back.content.decode()
    return back.headers["Location"]


def test_a_page_asks_strangers_to_sign_in_and_remembers_what_they_wanted(cast: Cast) -> None:
    page = a_visitor().get("/catalogs/academy/delivery?status=failed")
    assert page.status == 303
    assert page.location == "/signin?return_to=/catalogs/academy/delivery%3Fstatus%3Dfailed"


def test_the_sign_in_page_may_lead_to_microsoft_and_nowhere_else(cast: Cast) -> None:
    page = a_visitor().get("/signin")
    assert page.buttons == ["Sign in with Microsoft"]
    assert page.form_targets() == f"form-action 'self' {ORIGIN}"
    assert "login.fake.example" in page.words


def test_signing_in_opens_the_page_that_was_wanted(cast: Cast, identity: FakeIdentity) -> None:
    browser = a_visitor()
    assert sign_in(browser, identity, cast.owner, "/catalogs/academy/rooms") == (
        "/catalogs/academy/rooms"
    )
    assert browser.get("/catalogs/academy/rooms").status == 200


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_a_foreign_site(
    cast: Cast, identity: FakeIdentity, foreign: str
) -> None:
    assert sign_in(a_visitor(), identity, cast.owner, foreign) == "/"


def test_signing_in_changes_the_sessions_key(cast: Cast, identity: FakeIdentity) -> None:
    browser = a_visitor()
    browser.post("/signin")
    before = browser.client.session.session_key
    sign_in(browser, identity, cast.owner)
    assert browser.client.session.session_key != before


def test_an_answer_of_another_browser_is_refused_in_plain_words(
    cast: Cast, identity: FakeIdentity
) -> None:
    left = a_visitor().post("/signin")
    other = a_visitor()
    answer = identity.callback(left.location, person=signed_in_as(cast.owner))
    page = other.get(f"/signin/callback?state={answer['state']}&code={answer['code']}")
    assert page.status == 400
    assert "started in another browser" in page.words
    assert "Nothing was changed" in page.words
    assert other.get("/catalogs/academy").status == 303


def test_turning_back_at_microsoft_is_no_error_of_theirs(
    cast: Cast, identity: FakeIdentity
) -> None:
    browser = a_visitor()
    left = browser.post("/signin")
    page = Visitor(browser.client).get(
        "/signin/callback?error=access_denied&state=" + identity.cancel(left.location)["state"]
    )
    assert page.status == 400
    assert "cancelled" in page.words
    assert "/signin" in page.links()


def test_somebody_unknown_is_told_whom_to_ask(cast: Cast, identity: FakeIdentity) -> None:
    browser = a_visitor()
    left = browser.post("/signin")
    nobody = Person(
        organisation=cast.owner.organisation, name="Nora New", address="nora@contoso.example"
    )
    nobody.object_id = cast.catalog.pk  # any id that nobody has
    answer = identity.callback(left.location, person=signed_in_as(nobody))
    page = browser.get(f"/signin/callback?state={answer['state']}&code={answer['code']}")
    assert page.status == 403
    assert "Lena Albrecht" in page.words


def test_signing_out_forgets_the_browser_and_says_what_it_does_not_do(owner: Visitor) -> None:
    assert owner.post("/signout").location == "/signin?out"
    assert "You are signed out of Classbell" in owner.get("/signin?out").words
    assert owner.get("/catalogs/academy").status == 303


def test_somebody_without_any_role_lands_on_their_sessions_and_is_told_whom_to_ask(
    cast: Cast,
) -> None:
    browser = a_visitor(cast.learner)
    assert browser.get("/").location == "/my/sessions"
    page = browser.get("/my/sessions")
    assert "You are in no session" in page.words
    assert "Lena Albrecht" in page.words


def test_the_first_page_is_the_one_a_person_works_on(cast: Cast) -> None:
    assert a_visitor(cast.owner).get("/").location == "/catalogs/academy"
    assert a_visitor(cast.lms_admin).get("/").location == "/catalogs"


def a_link(ports: Ports, person: Person) -> str:
    """Issue a sign-in link and return its token, as the mail would carry it."""
    import base64  # noqa: PLC0415 -- only this builder opens the envelope

    link = issue_link(ports, person, actor=OPERATOR)
    sealed = Notification.objects.get(kind="sign_in_link").context["sealed_token"]
    bound_to = f"person_link.token:{link.pk}"
    return ports.cipher.open(base64.b64decode(sealed), bound_to=bound_to).decode()


def test_a_mailed_link_adds_a_sign_in_once(
    ports: Ports, cast: Cast, identity: FakeIdentity
) -> None:
    guest = a_person("Gerd Neu", known_to_microsoft=False)
    token = a_link(ports, guest)
    browser = a_visitor()
    page = browser.get(f"/link/{token}")
    assert page.status == 200
    assert "Gerd Neu" in page.words
    assert page.header("Referrer-Policy") == SAFE_FOR_FORMS
    assert PersonLink.objects.get().used_at is None, "opening a link must not use it up"
    left = browser.post(f"/link/{token}")
    twin = a_person("Gerd Neu")
    twin.object_id = cast.catalog.pk
    answer = identity.callback(left.location, person=signed_in_as(twin))
    assert browser.client.get("/signin/callback", answer).status_code == 303
    guest.refresh_from_db()
    assert guest.object_id == cast.catalog.pk
    assert "does not work any more" in a_visitor().get(f"/link/{token}").words


def test_a_link_that_is_too_old_says_so_and_stays_out_of_the_log(
    ports: Ports, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    token = a_link(ports, a_person("Gerd Neu", known_to_microsoft=False))
    assert isinstance(ports.clock, FakeClock)
    ports.clock.advance(timedelta(days=8))
    with caplog.at_level(logging.DEBUG):
        page = a_visitor().get(f"/link/{token}")
    assert page.status == 400
    assert "works once, for seven days" in page.words
    assert token not in caplog.text
    assert "/link/…" in caplog.text
