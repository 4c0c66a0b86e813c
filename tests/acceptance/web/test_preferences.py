"""Choosing what mail one gets: signed in, by the link in a mail, and by one click."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from classbell.domain.notifications.preference_links import (
    preference_token,
    preferences_address,
    unsubscribe_of,
)
from classbell.domain.notifications.preferences import declined_kinds, optional_kinds
from classbell.ports.bundle import Ports
from classbell.storage.models import MailOptOut, Person
from classbell.web.log_redaction import redacted
from tests.acceptance.web.conftest import Visitor, a_visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.messages import a_message

pytestmark = pytest.mark.django_db

OPTIONAL = "session_reminder"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ana(cast: Cast) -> Person:
    return cast.learner


@pytest.fixture
def by_mail(ports: Ports, ana: Person) -> str:
    """Ana's address in a mail, as far as this server is concerned."""
    return preferences_address(ports, ana.pk).removeprefix(ports.base_url)


def ticked(page: Page) -> set[str]:
    return {
        given["name"]
        for tag, given in page.elements
        if tag == "input" and given.get("type") == "checkbox" and "checked" in given
    }


def every() -> set[str]:
    return {kind.name for kind in optional_kinds()}


def test_a_learner_without_any_role_chooses_after_signing_in(ana: Person) -> None:
    visitor = a_visitor(ana)
    page = visitor.get("/preferences")
    assert ticked(page) == every()
    assert "Session reminder" in page.words
    answer = visitor.post("/preferences", dict.fromkeys(every() - {OPTIONAL}, "on"))
    assert answer.location == "/preferences"
    page = visitor.get("/preferences")
    assert "Saved." in page.words
    assert ticked(page) == every() - {OPTIONAL}
    assert declined_kinds(ana) == {OPTIONAL}
    assert "/preferences" in page.links(), "the account's menu leads there"


@pytest.mark.usefixtures("cast")
def test_nobody_signed_in_is_asked_to_sign_in_and_comes_back() -> None:
    assert a_visitor().get("/preferences").location == "/signin?return_to=/preferences"
    assert a_visitor().post("/preferences").location == "/signin"
    assert not MailOptOut.objects.exists()


def test_the_link_in_a_mail_works_without_signing_in_and_names_nobody(
    ana: Person, by_mail: str
) -> None:
    visitor = a_visitor()
    page = visitor.get(by_mail)
    assert page.status == 200
    assert ticked(page) == every()
    for secret in (ana.name, ana.address, ana.name.split()[0], str(ana.pk)):
        assert secret not in page.html
    assert page.header("Cache-Control") == "no-store"
    assert "person" not in visitor.client.session, "it signs nobody in"
    answer = visitor.post(by_mail, {})
    assert answer.location == f"{by_mail}?saved"
    page = visitor.get(answer.location)
    assert "Saved." in page.words
    assert ticked(page) == set()
    assert declined_kinds(ana) == every()


def test_opening_a_link_changes_nothing(ana: Person, by_mail: str) -> None:
    for address in (by_mail, f"{by_mail}/{OPTIONAL}", f"{by_mail}?List-Unsubscribe=One-Click"):
        assert a_visitor().get(address).status == 200
        assert a_visitor().client.head(address).status_code == 405
    assert declined_kinds(ana) == frozenset()


def test_one_click_of_a_mail_program_declines_that_kind_and_says_so(
    ports: Ports, cast: Cast, ana: Person
) -> None:
    waiting = a_message(cast.catalog, "queued", kind=OPTIONAL, person=ana)
    address = unsubscribe_of(ports, OPTIONAL, ana.pk).address.removeprefix(ports.base_url)
    mail_program = Visitor(Client(enforce_csrf_checks=True))
    page = mail_program.post(address, ONE_CLICK)
    assert page.status == 200
    assert "You will not get messages of the kind «Session reminder» any more." in page.words
    assert ana.name not in page.html
    assert declined_kinds(ana) == {OPTIONAL}
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason_code) == ("cancelled", "declined")
    assert mail_program.post(address, ONE_CLICK).status == 200, "again is as once"


def test_one_click_takes_nothing_but_one_click(ana: Person, by_mail: str) -> None:
    mail_program = Visitor(Client(enforce_csrf_checks=True))
    assert mail_program.post(f"{by_mail}/{OPTIONAL}", {"wanted": "x"}).status == 422
    assert mail_program.post(f"{by_mail}/enrolment_confirmed", ONE_CLICK).status == 404
    assert mail_program.post(f"/preferences/nonsense/{OPTIONAL}", ONE_CLICK).status == 404
    assert declined_kinds(ana) == frozenset()


def test_the_form_itself_needs_a_proof_of_origin(ana: Person, by_mail: str) -> None:
    assert Visitor(Client(enforce_csrf_checks=True)).post(by_mail, {}).status == 403
    assert declined_kinds(ana) == frozenset()


def test_a_link_that_was_cut_off_opens_nothing(by_mail: str) -> None:
    page = a_visitor().get(by_mail[:-3])
    assert page.status == 404
    assert "Open it from the message again" in page.words


def test_a_link_opens_nothing_but_the_choice(ports: Ports, ana: Person) -> None:
    token = preference_token(ports, ana.pk)
    for path in (f"/link/{token}", f"/invited/{token}"):
        assert a_visitor().get(path).status in {400, 404}


def test_no_log_tells_a_link(caplog: pytest.LogCaptureFixture, by_mail: str) -> None:
    token = by_mail.rpartition("/")[2]
    assert redacted(f"Not Found: /preferences/{token}/x") == "Not Found: /preferences/…/x"
    with caplog.at_level(logging.DEBUG):
        a_visitor().get(f"{by_mail}/unknown-kind")
    assert token not in caplog.text
