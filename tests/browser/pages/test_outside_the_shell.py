"""Pages that people meet without an account here, by a mailed link, or where they are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accessibility import WIDE, in_every_theme
from tests.browser.article.home import Home
from tests.browser.conftest import a_walker
from tests.browser.pages.addresses import Addresses
from tests.browser.pages.test_every_page import picture, too_heavy

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REFUSED = {
    "no-such-page": "/nowhere",
    "no-such-catalog": "/catalogs/no-such-catalog",
    "not-your-catalog": "/catalogs/sales",
    "link-over": "/link/over",
    "invitation-over": "/invited/over",
    "approval-over": "/approve/over",
    "preferences-over": "/preferences/over",
}


@pytest.fixture
def passing_by(browser: Browser, addresses: Addresses) -> Iterator[Home]:
    """Open the window of somebody who is not signed in."""
    home = addresses.home
    walker = a_walker(browser, home.walker.shots)
    yield Home(home.stage, walker, home.slug)
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


def seen(home: Home, name: str) -> list[str]:
    """Return what is wrong with a page as it stands, which begins with a heading."""
    expect(home.page.get_by_role("heading", level=1)).to_be_visible()
    found = too_heavy(home.page) + in_every_theme(home.page) + picture(home, name)
    home.page.set_viewport_size(WIDE)
    return found


def test_signing_in(passing_by: Home) -> None:
    passing_by.page.goto(passing_by.base)
    found = seen(passing_by, "signin")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", REFUSED)
def test_a_page_that_refuses(addresses: Addresses, name: str) -> None:
    home = addresses.home
    home.page.goto(home.base + REFUSED[name])
    found = seen(home, name)
    assert not found, "\n".join(found)
