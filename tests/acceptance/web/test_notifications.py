"""Catalog settings > Notifications: the table, its filters, and who decides about what."""

from __future__ import annotations

import pytest

from classbell.storage.models import Connection
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.acceptance.web.test_template_editor import PAGE, saved
from tests.domain.people import Cast

pytestmark = pytest.mark.django_db

LIST = "/catalogs/academy/settings/notifications"


def row(page: Page, title: str) -> str:
    """Return the words of one line, from its title to that of the next."""
    _, _, rest = page.words.partition(f"{title} When ")
    return rest.partition(" When ")[0]


def test_a_line_says_when_to_whom_by_what_and_as_whose_text(
    owner: Visitor, connected: Connection
) -> None:
    page = owner.get(LIST)
    said = row(page, "Enrolment confirmed")
    assert said.startswith(
        "somebody is enrolled in a session The learner Email from the connected account Default"
    )
    assert "Never" in said
    assert PAGE in page.links()
    assert "Send a test of Enrolment confirmed" in page.buttons


def test_what_the_catalog_changed_is_marked_with_who_and_when(owner: Visitor, cast: Cast) -> None:
    saved(owner, to_instructors="on", cc_people=cast.learner.address)
    said = row(owner.get(LIST), "Enrolment confirmed")
    assert "The learner, Instructors of the session Copy to: Ana Learner" in said
    assert "Customised" in said
    assert "Mai Nielsen" in said


def test_filters_stand_in_the_address_and_count(owner: Visitor) -> None:
    saved(owner)
    page = owner.get(f"{LIST}?show=customised")
    assert "Enrolment confirmed" in page.words
    assert "Session invitation" not in page.words
    assert "Customised 1 Off 0" in page.words
    page = owner.get(f"{LIST}?q=WAITING")
    assert "Waiting list" in page.words
    assert "Session invitation" not in page.words
    assert f"{LIST}?show=customised&q=WAITING" in page.links()
    assert "Nothing matches" in owner.get(f"{LIST}?show=off").words
    assert "Session invitation" in owner.get(f"{LIST}?show=nonsense").words


def test_what_is_not_the_catalogs_to_shape_says_who_decides(owner: Visitor) -> None:
    page = owner.get(LIST)
    assert "it has to be understood while the account cannot send" in row(page, "Connection lost")
    assert "it proves that the connected account itself" in row(page, "Account connected")
    assert "Fixed" in row(page, "Connection lost")
    assert f"{LIST}/connection_lost" not in page.links()
    assert "Test of a notification" not in page.words


def test_an_act_in_the_panel_renews_the_table(owner: Visitor, connected: Connection) -> None:
    address = "/catalogs/academy/settings/connection/check"
    answer = owner.post(address, {}, **{"HX-Request": "true", "HX-Target": "panel"})
    assert answer.status == 200
    assert "hx-swap-oob" in answer.element("notification-kinds")
    assert "Enrolment confirmed" in answer.words
