"""Somebody chooses German and Japanese in the account menu, and the pages follow and fit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import findings
from tests.browser.article.home import Home, an_account

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "home": "",
    "sessions": "/sessions",
    "new-session": "/sessions/new",
    "notifications": "/settings/notifications",
    "panel": "/settings/notifications?panel=m365",
    "editor": "/settings/notifications/enrolment_confirmed",
    "audit": "/audit",
    "delivery": "/delivery",
    "health": "/connection",
}
NARROW = 320


def choose(home: Home, menu: str, language: str, tag: str) -> None:
    """Choose a language in the account menu, which is called otherwise in each language."""
    home.page.get_by_role("button", name=menu).click()
    home.page.get_by_role("button", name=language, exact=True).click()
    expect(home.page.locator("html")).to_have_attribute("lang", tag)


def look_at_all(home: Home, tag: str) -> None:
    """See that axe finds nothing on any page, and that none is too wide for a small telephone."""
    for name, path in PAGES.items():
        home.page.goto(f"{home.base}/catalogs/{home.slug}{path}")
        expect(home.page.locator("html")).to_have_attribute("lang", tag)
        home.page.wait_for_timeout(300)  # the drawer slides in for 250 ms, and colours fade
        assert not findings(home.page), f"{name}, {tag}: {findings(home.page)}"
        home.walker.shot(f"{tag}-{name}")
        home.page.set_viewport_size({"width": NARROW, "height": 844})
        assert home.walker.sideways() <= 0, f"{name} in {tag} is wider than {NARROW} pixels"
        home.walker.shot(f"{tag}-{name}-{NARROW}")
        home.page.set_viewport_size({"width": 1366, "height": 900})


def test_german_and_japanese_are_chosen_in_the_account_menu(home: Home) -> None:
    home.connect(an_account(home.stage))
    home.page.goto(f"{home.base}/catalogs/{home.slug}")
    choose(home, "Account:", "Deutsch", "de")
    expect(home.page.get_by_role("link", name="Termine", exact=True)).to_be_visible()
    look_at_all(home, "de")
    home.page.get_by_role("button", name="Konto:").click()
    assert not findings(home.page)
    home.walker.shot("de-menu")
    home.page.get_by_role("button", name="日本語", exact=True).click()
    expect(home.page.get_by_role("link", name="セッション", exact=True)).to_be_visible()
    look_at_all(home, "ja")
    choose(home, "アカウント:", "カタログまたはブラウザーの設定に従う", "en")
    expect(home.page.get_by_role("link", name="Sessions", exact=True)).to_be_visible()
