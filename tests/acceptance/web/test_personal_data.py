"""The page on which LMS admins hand out and erase what is kept about a person."""

from __future__ import annotations

import json

import pytest

from classbell.storage.models import AuditEntry, Person
from tests.acceptance.web.conftest import a_visitor
from tests.domain.people import Cast
from tests.messages import a_message
from tests.support import a_person

pytestmark = pytest.mark.django_db
PAGE, ADDRESS = "/personal-data", "lea.testperson@contoso.example"


@pytest.fixture
def lea(cast: Cast) -> Person:
    lea = a_person("Lea Testperson")
    a_message(cast.catalog, "queued", person=lea)
    return lea


def test_an_lms_admin_finds_hands_out_and_erases(cast: Cast, lea: Person) -> None:
    browser = a_visitor(cast.lms_admin)
    assert browser.get(PAGE).status == 200
    found = browser.post(PAGE, {"address": ADDRESS.upper()})
    assert "Lea Testperson" in found.words
    handed = browser.client.post(PAGE, {"address": ADDRESS, "act": "export"})
    assert json.loads(handed.content)["kept"]["person"][0]["address"] == ADDRESS
    assert ADDRESS not in handed["Content-Disposition"]
    asked = browser.post(PAGE, {"address": ADDRESS, "act": "ask"})
    assert "This cannot be undone." in asked.words
    lea.refresh_from_db()
    assert lea.address == ADDRESS
    assert browser.post(PAGE, {"address": ADDRESS, "act": "erase"}).status == 303
    lea.refresh_from_db()
    assert (lea.name, lea.address) == ("Erased person", "")
    assert AuditEntry.objects.get(action="person.erased").actor == cast.lms_admin
    assert browser.post(PAGE, {"address": ADDRESS}).status == 422


def test_who_cannot_be_erased_is_told_why(cast: Cast) -> None:
    browser = a_visitor(cast.lms_admin)
    answer = browser.post(PAGE, {"address": cast.lms_admin.address, "act": "erase"})
    assert answer.status == 422
    assert "only LMS admin" in answer.words


@pytest.mark.parametrize("part", ["owner", "colleague", "learner"])
def test_others_neither_read_nor_erase(cast: Cast, lea: Person, part: str) -> None:
    browser = a_visitor(getattr(cast, part))
    assert browser.get(PAGE).status == 403
    for act in ("find", "export", "erase"):
        answer = browser.post(PAGE, {"address": ADDRESS, "act": act})
        assert answer.status == 403
        assert "Testperson" not in answer.html
    lea.refresh_from_db()
    assert lea.address == ADDRESS


def test_a_stranger_who_is_lms_admin_elsewhere_finds_nobody(cast: Cast, lea: Person) -> None:
    browser = a_visitor(cast.stranger)
    for act in ("find", "export", "erase"):
        answer = browser.post(PAGE, {"address": ADDRESS, "act": act})
        assert answer.status == 422
        assert "Lea Testperson" not in answer.html
