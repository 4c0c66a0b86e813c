"""The article's sentences about signing in with the account, and saving."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from classbell.cli.demo.stage import Stage
from tests.browser.article.home import Home, an_account
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_connecting_requires_the_role_catalog_admin(
    browser: Browser, showcase: Stage, home: Home
) -> None:
    home.page.goto(f"{home.base}/catalogs/academy/settings/notifications")
    expect(home.page.get_by_role("heading", level=1)).to_have_text("Not found")
    stranger = a_walker(browser, home.walker.shots)
    stranger.page.goto(f"{home.base}/catalogs/{home.slug}/settings/notifications")
    expect(stranger.page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()


def test_connect_leads_to_microsoft(home: Home) -> None:
    home.switched_on()
    home.page.get_by_role("button", name="Connect", exact=True).click()
    expect(home.page).to_have_url(re.compile(re.escape(home.stage.places.sandbox_url)))
    expect(home.page.get_by_label("Email address")).to_be_visible()


def test_one_signs_in_with_the_account_that_shall_send(home: Home, account: str) -> None:
    home.switched_on()
    home.leave(account)
    expect(home.dialog.get_by_text("Select Save to finish connecting it.")).to_be_visible()
    expect(home.dialog.get_by_text(account, exact=True)).to_be_visible()


def test_multi_factor_authentication_is_part_of_the_sign_in(home: Home) -> None:
    account = an_account(home.stage, mfa_required=True)
    home.switched_on()
    home.leave(account)
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()


def test_without_exchange_online_plan_1_it_cannot_be_saved(home: Home) -> None:
    account = an_account(home.stage, licence=None)
    home.switched_on()
    home.leave(account)
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()
    home.page.get_by_role("button", name="Save").click()
    refusal = home.dialog.get_by_role("group", name=f"{account} cannot be used")
    expect(refusal).to_contain_text("Exchange Online Plan 1 or better")


def test_without_teams_no_meetings_are_made(home: Home) -> None:
    account = an_account(home.stage, licence="EXCHANGESTANDARD")
    home.connect(account)
    home.panel()
    line = home.dialog.get_by_role("listitem").filter(has_text="Teams meetings")
    expect(line.get_by_text("Needs a licence")).to_be_visible()
    ready = home.dialog.get_by_role("listitem").filter(has_text="Email notifications")
    expect(ready.get_by_text("Ready")).to_be_visible()


def test_a_shared_mailbox_cannot_be_the_connected_account(home: Home) -> None:
    shared = an_account(home.stage, licence=None, mailbox_kind="shared")
    home.switched_on()
    expect(home.dialog.get_by_text("A shared mailbox can’t be used.")).to_be_visible()
    home.leave(shared)
    home.page.get_by_role("button", name="Save").click()
    refused = home.dialog.get_by_text(f"{shared} cannot be used:")
    expect(refused).to_contain_text("Shared mailboxes and rooms look like this")


def test_saving_connects_the_account(home: Home, account: str) -> None:
    home.connect(account)
    expect(home.page.get_by_text(f"This catalog sends as {account}.")).to_be_visible()


def test_the_connected_account_receives_a_message(home: Home, account: str) -> None:
    home.connect(account)
    assert f"Article {home.slug}" in str(home.confirmation(account)["subject"])


def test_other_admins_see_which_account_is_connected(home: Home, account: str) -> None:
    home.connect(account)
    home.page.goto(f"{home.base}/connections")
    row = home.page.get_by_role("row").filter(has_text=f"Article {home.slug}")
    expect(row.get_by_text(account)).to_be_visible()
    expect(row.get_by_text("Connected", exact=True)).to_be_visible()
