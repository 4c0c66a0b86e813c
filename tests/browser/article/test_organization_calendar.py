"""«Share course sessions to organization calendar», from the box to the calendar's mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_azure import enrol
from tests.browser.article.test_no_findings import look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPTION = "Share course sessions to organization calendar"
ADDRESS = "Shared Outlook calendar email address"
LEARNER = "ada.walk@fabrikam.example"


def test_course_sessions_are_shared_to_the_organization_calendar(
    home: Home, account: str, tmp_path: Path
) -> None:
    calendar = an_account(home.stage, consented=False)
    enrol(home, tmp_path, LEARNER)
    home.connect(account)
    the_own_address_is_refused(home, account)
    home.dialog.get_by_label(ADDRESS).fill(calendar)
    home.save()
    invited = until("the session in the calendar", lambda: home.stage.received(calendar))[0]
    assert "Fire safety" in str(invited["subject"])
    assert "Ada Bianchi" not in str(invited)
    home.page.goto(f"{home.base}/catalogs/{home.slug}/sessions")
    home.page.get_by_role("link", name="Session 1").click()
    expect(home.page.get_by_role("main").get_by_text("Organization calendar")).to_be_visible()
    look(home, "shared-session")


def the_own_address_is_refused(home: Home, account: str) -> None:
    home.panel()
    home.dialog.get_by_role("checkbox", name=OPTION).check()
    home.dialog.get_by_label(ADDRESS).fill(account)
    home.page.get_by_role("button", name="Save").click()
    refusal = home.dialog.get_by_text("is the connected account itself").first
    expect(refusal).to_be_visible()
    look(home, "own-address-refused")
