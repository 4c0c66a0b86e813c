"""The article's sentences about a lost connection, and about disconnecting."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from classbell.cli.demo.stage import until
from classbell.cli.showcase import ROSA
from tests.browser.article.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def lose(home: Home, account: str) -> None:
    """End an account's sign-in, as an administrator's reset of its password does."""
    home.connect(account)
    home.stage.control("POST", f"/people/{account}/reset-password")
    home.stage.advance(2 * 3600)
    home.page.goto(f"{home.base}/catalogs/{home.slug}/connection")
    home.page.get_by_role("button", name="Check now").click()
    expect(home.page.get_by_text(f"The connection to {account} is lost.")).to_be_visible()


def test_lost_for_any_reason_it_sends_nothing(home: Home, account: str) -> None:
    lose(home, account)
    received = len(home.stage.received())
    for path in ("", "/sessions", "/delivery", "/audit", "/settings/notifications"):
        home.page.goto(f"{home.base}/catalogs/{home.slug}{path}")
        expect(home.page.get_by_text(f"The connection to {account} is lost.")).to_be_visible()
    assert not [mail for mail in home.stage.received()[received:] if mail.get("from") == account]


def test_admins_are_told_by_email_to_connect_again(home: Home, account: str) -> None:
    lose(home, account)

    def told() -> list[dict[str, Any]]:
        mails = home.stage.received(ROSA.address)
        return [mail for mail in mails if account in f"{mail}" and "lost" in mail["subject"]]

    assert len(until("the alert", told)) == 1


def test_disconnect_is_selected_and_confirmed(home: Home, account: str) -> None:
    home.connect(account)
    home.panel()
    home.page.get_by_role("button", name="Disconnect").click()
    dialog = home.page.get_by_role("alertdialog", name=f"Disconnect {account}?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Disconnect").click()
    expect(home.page.get_by_role("status").get_by_text("Account disconnected.")).to_be_visible()


def test_once_disconnected_nothing_is_sent_until_an_account_is_connected(
    home: Home, account: str
) -> None:
    home.connect(account)
    home.page.goto(f"{home.base}/catalogs/{home.slug}/settings/connection/disconnect")
    expect(home.page.get_by_text("Until you connect an account again")).to_be_visible()
    home.page.get_by_role("main").get_by_role("button", name="Disconnect").click()
    expect(home.page.get_by_text("This catalog isn’t sending messages.")).to_be_visible()
    home.connect(account)
    expect(home.page.get_by_text(f"This catalog sends as {account}.")).to_be_visible()
