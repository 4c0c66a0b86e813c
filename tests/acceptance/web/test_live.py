"""Parts of a page that look again by themselves: while something moves, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell import bootstrap
from classbell.storage.models import Connection, Lane
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


SETTINGS = f"{HOME}/settings/notifications"


def the_confirmation(page: Page) -> str:
    """Return where the page looks next for what became of the confirmation."""
    return page.element("confirmation-now").get("hx-get", "")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("queued", ("Waiting", f"{SETTINGS}?look=1")),
        ("accepted", ("Accepted by Microsoft 365", "")),
        ("failed", ("Failed", "")),
    ],
)
def test_what_becomes_of_the_confirmation_is_told_where_save_was_pressed(
    owner: Visitor, connected: Connection, lane: Lane, state: str, told: tuple[str, str]
) -> None:
    just_saved(connected)
    a_message(connected.catalog, state, kind="account_connected", lane=lane)
    page, (badge, look) = owner.get(SETTINGS), told
    assert f"Confirmation to the account: {badge}" in page.words
    assert the_confirmation(page) == look


def test_a_confirmation_that_is_not_written_yet_is_awaited(
    owner: Visitor, connected: Connection
) -> None:
    just_saved(connected)
    page = owner.get(SETTINGS)
    assert "Confirmation to the account: Waiting" in page.words
    assert the_confirmation(page) == f"{SETTINGS}?look=1"


def test_of_an_old_connection_nobody_waits_for_a_confirmation(
    owner: Visitor, connected: Connection
) -> None:
    connected.connected_at = bootstrap.ports().clock.now() - timedelta(days=2)
    connected.save()
    page = owner.get(SETTINGS)
    assert "Connected." in page.words
    assert "Confirmation to the account" not in page.words
    assert the_confirmation(page) == ""


def just_saved(connection: Connection) -> None:
    """Let the connection's account have been saved now."""
    connection.connected_at = bootstrap.ports().clock.now()
    connection.save()
