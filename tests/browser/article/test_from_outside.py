"""People who have no part in Classbell follow links they were sent, in browsers of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from classbell.cli.demo.stage import Stage, until
from classbell.cli.showcase import FABRIKAM, PASSWORD
from tests.browser.article.home import Home, an_account
from tests.browser.conftest import PATIENCE_MS, Walker, a_walker
from tests.browser.microsoft import sign_in_at_microsoft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COURSE = """course_code,course_title,session_code,session_title,start,end,time_zone,teams
A,Alone,A-1,First,2027-03-01T09:00,2027-03-01T10:00,Europe/Rome,no
"""


@pytest.fixture
def guest(browser: Browser, home: Home) -> Iterator[Walker]:
    """Open a window that knows neither Classbell nor Microsoft; its console may not complain."""
    walker = a_walker(browser, home.walker.shots)
    yield walker
    walker.context.close()
    assert not walker.complaints, "\n".join(walker.complaints)


def mailed(stage: Stage, address: str, path: str) -> str:
    """Wait for a mail with a link, and return the link."""
    link = re.compile(rf"{re.escape(stage.places.base_url)}/{path}/[\w.~-]+")

    def found() -> str | None:
        texts = [str(mail["text"]) for mail in stage.received(address)]
        return next((hit.group(0) for text in texts if (hit := link.search(text))), None)

    return until(f"a mail with /{path}/", found)


def press_and_sign_in(page: Page, address: str, base: str) -> None:
    """Press the page's one button, and sign in at Microsoft as somebody."""
    page.get_by_role("button", name="Sign in with Microsoft").click()
    sign_in_at_microsoft(page, address, base)
    if not page.url.startswith(base):
        page.get_by_role("button", name="Accept").click()


def test_the_owner_of_an_account_connects_it_by_invitation(home: Home, guest: Walker) -> None:
    account = an_account(home.stage)
    home.stage.command("connections", "invite", "--catalog", home.slug, account)
    guest.page.goto(mailed(home.stage, account, "invited"))
    press_and_sign_in(guest.page, account, home.base)
    expect(guest.page.get_by_text(f"You have signed in as {account}.")).to_be_visible()
    guest.shot("owner-thanked")
    home.panel()
    expect(home.dialog.get_by_text("Its owner followed your invitation")).to_be_visible()
    home.save()
    assert f"Article {home.slug}" in str(home.confirmation(account)["subject"])


def test_somebody_known_by_address_adds_a_sign_in(
    home: Home, guest: Walker, tmp_path: Path
) -> None:
    learner = an_account(home.stage)
    courses, enrolments = tmp_path / "courses.csv", tmp_path / "enrolments.csv"
    courses.write_text(COURSE, encoding="utf-8")
    enrolments.write_text(f"session_code,address,name\nA-1,{learner},Cy Test\n", encoding="utf-8")
    home.stage.command("import", "--catalog", home.slug, str(courses), str(enrolments))
    home.stage.command("people", "invite", "--tenant", str(FABRIKAM), learner)
    guest.page.goto(mailed(home.stage, learner, "link"))
    press_and_sign_in(guest.page, learner, home.base)
    expect(guest.page.get_by_role("button", name="Account: ")).to_be_visible()
    expect(guest.page.get_by_text("Please reload the page")).to_have_count(0)


def test_an_administrator_without_a_part_in_classbell_approves(
    browser: Browser, home: Home, no_traces: None
) -> None:
    account = an_account(home.stage, consented=False)
    home.switched_on()
    home.dialog.get_by_text("Does Microsoft say that an administrator").click()
    home.dialog.get_by_label("Account that shall be connected").fill(account)
    home.dialog.get_by_role("button", name="Ask for approval").click()
    text = home.dialog.get_by_label("Two ways to approve").input_value()
    [link] = re.findall(r"https://\S+/adminconsent\S+", text)
    administrator = an_account(home.stage, consented=False, administrator=True)
    trusting = browser.new_context(ignore_https_errors=True, locale="en-US")
    page = trusting.new_page()
    page.goto(link)
    page.get_by_label("Email address").fill(administrator)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Microsoft reports your approval.")).to_be_visible()
    trusting.close()
    # The panel was never left, and sees it by itself.
    expect(home.dialog.get_by_text("Approved, not seen yet")).to_be_visible(timeout=PATIENCE_MS)
    home.leave(account)
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()
    expect(home.dialog.get_by_text("An administrator has to approve")).to_have_count(0)
