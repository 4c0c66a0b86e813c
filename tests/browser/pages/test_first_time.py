"""An LMS admin who has never been here comes to the first confirmed delivery, clicks counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import ROSA
from tests.browser.article.home import an_account
from tests.browser.conftest import Walker, a_walker
from tests.browser.microsoft import sign_in_at_microsoft
from tests.browser.story import TOGGLE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLICKS = 7
"""Sign in; create the catalog; Connect on its first page; switch on; Connect; Save; and one to see
the confirmation stand in the log. What is pressed at Microsoft is Microsoft's."""


@dataclass
class Newcomer:
    """Somebody who presses what the page offers, each press counted."""

    walker: Walker
    pressed: list[str] = field(default_factory=list)

    def press(self, what: Locator) -> None:
        self.pressed.append(what.first.inner_text() or what.first.get_attribute("name") or "")
        what.first.click()


def test_from_sign_in_to_the_first_confirmed_delivery(
    browser: Browser, showcase: Stage, shots: Path
) -> None:
    walker = a_walker(browser, shots)
    page, base = walker.page, showcase.places.base_url
    newcomer = Newcomer(walker)
    page.goto(base)
    newcomer.press(page.get_by_role("button", name="Sign in with Microsoft"))
    sign_in_at_microsoft(page, ROSA.address, base)
    if not page.url.startswith(base):
        page.get_by_role("button", name="Accept").click()
    page.goto(f"{base}/catalogs#create")
    page.get_by_label("Title").fill("Fabrikam First Steps")
    page.get_by_label("Short name").fill("first-steps")
    newcomer.press(page.get_by_role("button", name="Create catalog"))
    expect(page.get_by_role("heading", name="Welcome, Rosa")).to_be_visible()
    walker.shot("first-steps")
    newcomer.press(page.get_by_role("link", name="Connect", exact=True))
    newcomer.press(page.get_by_role("switch", name=TOGGLE, exact=True))
    newcomer.press(page.get_by_role("button", name="Connect", exact=True))
    account = an_account(showcase)
    sign_in_at_microsoft(page, account, base)
    expect(page.get_by_role("dialog").get_by_text("Account signed in.")).to_be_visible()
    newcomer.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status").get_by_text("Settings saved.")).to_be_visible()
    newcomer.press(page.get_by_role("link", name="Delivery log"))
    row = page.get_by_role("row").filter(has_text=account)
    expect(row.get_by_text("Accepted by Microsoft 365")).to_be_visible()
    walker.shot("first-delivery")
    assert len(newcomer.pressed) <= CLICKS, newcomer.pressed
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)
