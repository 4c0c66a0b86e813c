"""A catalog admin chooses to whom a message goes, by script and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect

from classbell.cli.demo.stage import until
from classbell.cli.showcase import CONTOSO
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_no_findings import look
from tests.browser.calendar.programme import import_sessions
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEARNER = "Ada Bianchi"
SUBJECT = "Bring your badge"


@pytest.fixture
def learner(home: Home, account: str, tmp_path: Path) -> str:
    """Connect the catalog, bring in a session with one learner, and return their address."""
    home.connect(account)
    address = an_account(home.stage, tenant=CONTOSO, consented=False)
    import_sessions(home, tmp_path, [""], address)
    return address


def test_a_learner_is_searched_ticked_and_reached(home: Home, learner: str) -> None:
    page = home.page
    to_the_form(home)
    write(home)
    page.get_by_role("button", name="Choose learners").click()
    box = page.get_by_role("checkbox", name=LEARNER)
    expect(box).to_be_checked()
    look(home, "message-choose", width=320)
    page.get_by_role("button", name="Untick all").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Choose at least one learner of the session.").first).to_be_visible()
    look(home, "message-nobody", width=320)
    search_by_keyboard(home, "nobody of this name")
    expect(page.get_by_text("Nobody is found.")).to_be_visible()
    search_by_keyboard(home, "bianchi")
    expect(box).not_to_be_checked()
    box.check()
    expect(page.get_by_label("Subject", exact=True)).to_have_value(SUBJECT)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)
    expect(
        page.locator("span").get_by_text("1 of 1")
    ).to_be_visible()  # by itself: nothing is pressed
    look(home, "message-chosen-sent", width=320)
    arrives(home, learner)
    page.get_by_role("link", name="Each message in the delivery log").click()
    expect(page.get_by_role("row").filter(has_text=learner)).to_have_count(1)


def test_all_of_it_without_a_script(
    browser: Browser, signed_in: StorageState, home: Home, learner: str
) -> None:
    plain = a_walker(browser, home.walker.shots, scripted=False, state=signed_in)
    without = Home(home.stage, plain, home.slug)
    page = plain.page
    to_the_form(without)
    write(without)
    page.get_by_label("Subject", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Message to learners")
    page.get_by_role("button", name="Show preview").click()
    expect(page.frame_locator("#preview").get_by_text("Door 3.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)
    arrives(without, learner)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("span").get_by_text("1 of 1")).to_be_visible()
    plain.context.close()


def to_the_form(home: Home) -> None:
    """Go from the list of sessions to the form."""
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}/sessions")
    page.get_by_role("link", name=re.compile("^Part 1")).first.click()
    page.get_by_role("link", name="Message to learners").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Message to learners")


def write(home: Home) -> None:
    """Write subject and text."""
    home.page.get_by_label("Subject", exact=True).fill(SUBJECT)
    home.page.get_by_label("Text", exact=True).fill("Door 3.")


def search_by_keyboard(home: Home, part: str) -> None:
    """Search for learners by Enter, which sends nothing."""
    find = home.page.get_by_label("Search by name or address")
    find.fill(part)
    find.press("Enter")


def arrives(home: Home, learner: str) -> None:
    """Wait for the mail in the learner's own mailbox."""

    def arrived() -> dict[str, object] | None:
        found = home.stage.received(learner)
        return next((mail for mail in found if SUBJECT in str(mail["subject"])), None)

    assert "Door 3." in str(until("the message", arrived))
