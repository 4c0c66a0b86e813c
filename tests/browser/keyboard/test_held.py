"""Mail that waited for a decision: sent by keyboard alone, discarded without a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect

from classbell.cli.demo.stage import Stage, until
from classbell.cli.showcase import CONTOSO
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_lost_and_disconnect import lose
from tests.browser.article.test_no_findings import look
from tests.browser.calendar.programme import import_sessions
from tests.browser.conftest import a_walker
from tests.browser.keyboard.keys import Keys
from tests.browser.microsoft import sign_in_at_microsoft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SUBJECT = "Boots"


@pytest.fixture
def learner(showcase: Stage) -> str:
    """Return the address of somebody with a mailbox who is enrolled."""
    return an_account(showcase, tenant=CONTOSO, consented=False)


@pytest.fixture
def held(home: Home, account: str, learner: str, tmp_path: Path) -> Home:
    """A catalog whose account was lost with a message still to go, and exchanged for another."""
    import_sessions(home, tmp_path, [""], learner)
    lose(home, account)
    words = ("--catalog", home.slug, "--subject", SUBJECT, "--text", "Bring strong ones.")
    home.stage.command("sessions", "message", "MOVE-1", *words)
    until("the message that is held", lambda: "held" in states(home, learner))
    home.panel()
    home.dialog.get_by_role("button", name="Change account").click()
    sign_in_at_microsoft(home.page, an_account(home.stage, tenant=CONTOSO), home.base)
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()
    home.save()
    return home


def test_it_is_sent_by_keyboard(held: Home, learner: str) -> None:
    page, keys = held.page, Keys(held.page)
    page.goto(f"{held.base}/catalogs/{held.slug}")
    keys.press(page.get_by_role("link", name="Connection health", exact=True))
    keys.press(page.get_by_role("link", name="Decide", exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Held messages")
    look(held, "held-to-decide", width=320)
    keys.reach(page.get_by_role("button", name="Discard them"))
    keys.reach(page.get_by_role("button", name="Send them now"), back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Released.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery log")
    until("the mail", lambda: arrived(held, learner) == 1)


def test_it_is_discarded_without_a_script(
    browser: Browser, signed_in: StorageState, held: Home, learner: str
) -> None:
    plain = a_walker(browser, held.walker.shots, scripted=False, state=signed_in)
    page = plain.page
    page.goto(f"{held.base}/catalogs/{held.slug}/settings/notifications?panel=m365")
    page.get_by_role("link", name="Decide", exact=True).click()
    page.get_by_role("button", name="Discard them").click()
    expect(page.get_by_text("Discarded.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Cancelled").first).to_be_visible()
    page.goto(f"{held.base}/catalogs/{held.slug}/connection/held")
    expect(page.get_by_text("There is nothing to decide")).to_be_visible()
    assert arrived(held, learner) == 0
    plain.context.close()
    assert not plain.complaints, "\n".join(plain.complaints)


def states(home: Home, learner: str) -> list[str]:
    """Return the states of the learner's messages."""
    rows = home.stage.rows("deliveries", "list", "--catalog", home.slug)
    return [row["state"] for row in rows if learner in str(row)]


def arrived(home: Home, learner: str) -> int:
    """Return how often the learner got what was to be decided on."""
    return sum(mail["subject"] == SUBJECT for mail in home.stage.received(learner))
