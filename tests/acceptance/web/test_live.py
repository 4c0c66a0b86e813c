"""Parts of a page that look again by themselves: while something moves, and not for ever."""

from __future__ import annotations

import pytest

from classbell.storage.models import Lane
from classbell.web.admin_center.looking import MOST, QUICK
from tests.acceptance.web.conftest import Visitor
from tests.acceptance.web.page import Page
from tests.domain.people import Cast
from tests.messages import a_message

pytestmark = pytest.mark.django_db

HOME = "/catalogs/academy"


def next_look(page: Page) -> tuple[str, str]:
    """Return where the budgets look next, and after how long."""
    part = page.element("budgets-now")
    return part.get("hx-get", ""), part.get("hx-trigger", "")


@pytest.mark.parametrize("address", [HOME, f"{HOME}/connection"])
def test_budgets_follow_while_mail_goes_out(
    owner: Visitor, cast: Cast, lane: Lane, address: str
) -> None:
    a_message(cast.catalog, "queued", lane=lane)
    assert next_look(owner.get(address)) == (f"{address}?look=1", "load delay:2s")


def test_nothing_is_asked_for_where_nothing_moves(owner: Visitor, cast: Cast, lane: Lane) -> None:
    a_message(cast.catalog, "accepted", lane=lane)
    assert next_look(owner.get(HOME)) == ("", "")


def test_looks_become_rare_and_end(owner: Visitor, cast: Cast, lane: Lane) -> None:
    a_message(cast.catalog, "queued", lane=lane)
    assert next_look(owner.get(f"{HOME}?look={QUICK}")) == (
        f"{HOME}?look={QUICK + 1}",
        "load delay:15s",
    )
    assert next_look(owner.get(f"{HOME}?look={MOST}")) == ("", "")


@pytest.mark.parametrize("typed", ["-1", "x", "²", "9" * 30])
def test_a_number_that_is_none_is_the_first_look(
    owner: Visitor, cast: Cast, lane: Lane, typed: str
) -> None:
    a_message(cast.catalog, "queued", lane=lane)
    assert next_look(owner.get(f"{HOME}?look={typed}"))[0] == f"{HOME}?look=1"
