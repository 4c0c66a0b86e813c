"""Sign in, connect an account, pause it and disconnect it, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import CONTOSO, LENA
from tests.browser.article.home import Home, an_account
from tests.browser.conftest import a_walker
from tests.browser.keyboard.keys import Keys, sign_in_by_keyboard
from tests.browser.story import COMMAND

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_account_is_connected_paused_and_disconnected(home: Home) -> None:
    keys = Keys(home.page)
    it_is_connected(home, keys)
    dialogs_keep_the_focus_and_give_it_back(home, keys)
    it_is_paused_and_goes_on(home, keys)
    it_is_disconnected(home, keys)


def test_one_signs_in_and_chooses_how_it_looks(
    browser: Browser, showcase: Stage, home: Home
) -> None:
    walker = a_walker(browser, home.walker.shots)
    page, keys = walker.page, Keys(walker.page)
    page.goto(home.base)
    keys.press(page.get_by_role("button", name="Sign in with Microsoft"))
    sign_in_by_keyboard(keys, LENA.address, home.base)
    if not page.url.startswith(home.base):
        keys.press(page.get_by_role("button", name="Accept"))
    expect(page.get_by_role("link", name="Skip to main content")).to_be_attached()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    the_menu_gives_the_focus_back(keys)
    keys.press(page.get_by_role("button", name="Dark", exact=True))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    the_menu_gives_the_focus_back(keys)
    keys.press(page.get_by_role("button", name="Deutsch"), "Space")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    account = page.get_by_role("button", name=LENA.name)
    keys.press(account)
    keys.press(page.get_by_role("button", name="System").last)
    keys.press(account)
    keys.press(page.locator("[name=language][value='']"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    another_catalog_is_opened(home, keys)
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


def the_menu_gives_the_focus_back(keys: Keys) -> None:
    """Open the account's menu, close it by Escape, and open it again."""
    button = keys.page.get_by_role("button", name=LENA.name)
    menu = keys.page.get_by_role("group", name=LENA.name)
    keys.press(button)
    keys.reach(menu.get_by_role("button").first)
    keys.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    keys.page.keyboard.press("Enter")
    expect(menu).to_be_visible()


def another_catalog_is_opened(home: Home, keys: Keys) -> None:
    page = keys.page
    keys.press(page.get_by_role("button", name="Switch catalog"))
    keys.press(page.get_by_role("link", name=f"Article {home.slug}", exact=True))
    expect(page).to_have_url(f"{home.base}/catalogs/{home.slug}")


def it_is_connected(home: Home, keys: Keys) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    keys.press(page.get_by_role("link", name="Notifications", exact=True))
    keys.press(page.get_by_role("button", name=COMMAND))
    expect(home.dialog).to_be_visible()
    keys.press(home.toggle, "Space")
    expect(home.toggle).to_be_checked()
    keys.press(home.dialog.get_by_role("button", name="Connect", exact=True))
    owner = an_account(home.stage, tenant=CONTOSO, consented=False, administrator=True)
    sign_in_by_keyboard(keys, owner, home.base)
    expect(page.get_by_role("heading", level=1)).to_have_text("Permissions requested")
    keys.press(page.get_by_role("button", name="Accept"))
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()
    keys.press(home.dialog.get_by_role("button", name="Save"))
    expect(page.get_by_role("status").get_by_text("Settings saved.")).to_be_visible()
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()


def dialogs_keep_the_focus_and_give_it_back(home: Home, keys: Keys) -> None:
    """Go round the panel, ask whether to disconnect, and turn back."""
    page, dialog = home.page, home.dialog
    keys.press(page.get_by_role("button", name=COMMAND))
    expect(dialog).to_be_visible()
    close = dialog.get_by_role("button", name="Close")
    for _ in range(2):
        keys.reach(dialog.get_by_role("button", name="Save"))
        keys.reach(close)
    check = dialog.get_by_role("button", name="Check now")
    keys.press(check)
    expect(page.get_by_role("status").get_by_text("Account checked.")).to_be_visible()
    expect(check).to_be_focused()
    ask = dialog.get_by_role("button", name="Disconnect")
    keys.press(ask)
    alert = page.get_by_role("alertdialog")
    expect(alert.get_by_role("button", name="Cancel")).to_be_focused()
    keys.reach(alert.get_by_role("button", name="Disconnect"))
    keys.press(alert.get_by_role("button", name="Cancel"))
    expect(alert).to_be_hidden()
    expect(ask).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()


def it_is_paused_and_goes_on(home: Home, keys: Keys) -> None:
    page = home.page
    keys.press(page.get_by_role("button", name=COMMAND))
    keys.press(home.toggle, "Space")
    keys.press(home.dialog.get_by_role("button", name="Save"))
    expect(home.dialog.get_by_role("group", name="Switch off?")).to_be_focused()
    keys.press(home.dialog.get_by_role("button", name="Save"))
    expect(page.get_by_text("Switched off.")).to_be_visible()
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()
    keys.press(page.get_by_role("button", name=COMMAND))
    keys.press(home.toggle, "Space")
    keys.press(home.dialog.get_by_role("button", name="Save"))
    expect(page.get_by_text("This catalog sends as")).to_be_visible()
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()


def it_is_disconnected(home: Home, keys: Keys) -> None:
    page = home.page
    keys.press(page.get_by_role("button", name=COMMAND))
    keys.press(home.dialog.get_by_role("button", name="Disconnect"))
    keys.press(page.get_by_role("alertdialog").get_by_role("button", name="Disconnect"))
    expect(page.get_by_role("status").get_by_text("Account disconnected.")).to_be_visible()
    expect(page.get_by_text("This catalog isn’t sending messages.")).to_be_visible()
    keys.kept()
    expect(page.get_by_role("button", name=COMMAND)).to_be_focused()
