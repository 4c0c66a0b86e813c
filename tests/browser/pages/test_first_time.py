"""An LMS admin who has never been here comes to the first confirmed delivery, clicks counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import FABRIKAM, ROSA
from tests.browser.article.home import an_account
from tests.browser.conftest import Walker, a_walker
from tests.browser.microsoft import sign_in_at_microsoft
from tests.browser.running import running_showcase
from tests.browser.story import TOGGLE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLICKS = 5
"""Sign in; create the catalog; Connect on its first page; Connect in the panel; Save. What is
pressed at Microsoft is Microsoft's, and looked at nothing else is pressed: no address is typed,
nothing is opened besides, and the confirmation says by itself when it has left."""
TYPED = 2
"""Title and short name of the catalog; all else is filled in."""


@pytest.fixture
def nothing_yet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start an installation whose operator has added one organisation, and nothing more."""
    with running_showcase(tmp_path_factory.mktemp("first"), with_seed=False) as stage:
        stage.command(
            *("organisations", "add", "--tenant", str(FABRIKAM), "--name", "Fabrikam"),
            *("--lms-admin", str(ROSA.object_id), "--lms-admin-name", ROSA.name),
            *("--lms-admin-address", ROSA.address),
        )
        yield stage


@dataclass
class Newcomer:
    """Somebody who presses and types what the page in front of them offers, all of it counted."""

    walker: Walker
    pressed: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def press(self, what: Locator) -> None:
        """Press something that can be seen without scrolling."""
        expect(what).to_be_in_viewport()
        self.pressed.append(what.inner_text() or what.get_attribute("name") or "")
        what.click()

    def write(self, what: Locator, text: str) -> None:
        expect(what).to_be_in_viewport()
        self.typed.append(text)
        what.fill(text)


def test_from_sign_in_to_the_first_confirmed_delivery(
    browser: Browser, nothing_yet: Stage, shots: Path
) -> None:
    walker = a_walker(browser, shots)
    page, base = walker.page, nothing_yet.places.base_url
    newcomer = Newcomer(walker)
    page.goto(base)
    newcomer.press(page.get_by_role("button", name="Sign in with Microsoft"))
    sign_in_at_microsoft(page, ROSA.address, base)
    if not page.url.startswith(base):
        page.get_by_role("button", name="Accept").click()
    a_catalog_is_made(newcomer)
    account = an_account(nothing_yet)
    it_is_connected(newcomer, account, base)
    confirmed = page.get_by_role("group", name="Connected.")
    expect(confirmed.get_by_text("Accepted by Microsoft 365")).to_be_visible()
    walker.shot("first-delivery")
    assert len(newcomer.pressed) == CLICKS, newcomer.pressed
    assert len(newcomer.typed) == TYPED, newcomer.typed
    assert len(nothing_yet.received(account)) == 1
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


def a_catalog_is_made(newcomer: Newcomer) -> None:
    page = newcomer.walker.page
    expect(page.get_by_text("No catalogs yet")).to_be_visible()
    newcomer.walker.shot("first-catalog")
    newcomer.write(page.get_by_label("Title"), "Fabrikam First Steps")
    newcomer.write(page.get_by_label("Short name"), "first-steps")
    newcomer.press(page.get_by_role("button", name="Create catalog"))
    expect(page.get_by_role("heading", name="Welcome, Rosa")).to_be_visible()
    newcomer.walker.shot("first-steps")


def it_is_connected(newcomer: Newcomer, account: str, base: str) -> None:
    """Go from the first page through the panel to Microsoft and back, and save."""
    page = newcomer.walker.page
    newcomer.press(page.get_by_role("link", name="Connect", exact=True))
    expect(page.get_by_role("switch", name=TOGGLE, exact=True)).to_be_checked()
    newcomer.press(page.get_by_role("button", name="Connect", exact=True))
    sign_in_at_microsoft(page, account, base)
    expect(page.get_by_role("dialog").get_by_text("Account signed in.")).to_be_visible()
    newcomer.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status").get_by_text("Settings saved.")).to_be_visible()
