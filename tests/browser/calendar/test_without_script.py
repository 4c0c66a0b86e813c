"""Courses, sessions, rooms and the connection itself in a browser that runs no script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home
from tests.browser.article.test_courses import a_course_is_filled_in, a_group_is_filled_in
from tests.browser.conftest import a_walker
from tests.browser.microsoft import sign_in_at_microsoft
from tests.browser.story import COMMAND

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_courses_groups_and_sessions_are_made_without_a_script(
    browser: Browser, signed_in: StorageState, home: Home, account: str
) -> None:
    home.connect(account)
    plain = a_walker(browser, home.walker.shots, scripted=False, state=signed_in)
    without = Home(home.stage, plain, home.slug)
    a_course_is_filled_in(without)
    page = plain.page
    page.get_by_role("button", name="Create course").click()
    a_group_is_filled_in(without)
    page.get_by_role("button", name="Create group").click()
    day = home.stage.now() + timedelta(days=12)
    page.goto(f"{home.base}/catalogs/{home.slug}/sessions/new")
    page.get_by_label("Course", exact=True).select_option("ROPE")
    page.get_by_label("Group", exact=True).select_option(label="Rope work: Mornings")
    page.get_by_label("Short name").fill("ROPE-1")
    page.get_by_label("Title").fill("First climb")
    page.get_by_label("Starts", exact=True).fill(f"{day:%Y-%m-%d}T09:00")
    page.get_by_label("Ends", exact=True).fill(f"{day:%Y-%m-%d}T11:00")
    page.get_by_label("Who waits in the lobby of the Teams meeting").select_option("everybody")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="What happens when you publish")).to_be_visible()
    plain.shot("draft-without-script")
    a_room_is_chosen(page)
    page.get_by_role("button", name="Publish").click()

    def stands() -> bool:
        page.get_by_role("button", name="Refresh").click()
        return page.get_by_text("In the calendar").is_visible()

    until("the calendar entry", stands)
    plain.context.close()


def a_room_is_chosen(page: Page) -> None:
    """Take a room for the draft, as soon as the rooms are listed."""
    page.get_by_role("link", name="Choose a room").click()
    request = page.get_by_role("button", name="Request Studio")

    def listed() -> bool:
        page.reload()
        return request.is_visible()

    until("the rooms", listed)
    request.click()
    expect(page.get_by_text("Studio").first).to_be_visible()
    expect(page.get_by_role("link", name="Choose another room")).to_be_visible()


def test_an_account_is_connected_paused_and_disconnected_without_a_script(
    browser: Browser, signed_in: StorageState, home: Home, account: str
) -> None:
    plain = a_walker(browser, home.walker.shots, scripted=False, state=signed_in)
    without = Home(home.stage, plain, home.slug)
    page, dialog = plain.page, without.dialog
    without.notifications()
    page.get_by_role("button", name=COMMAND).click()
    without.toggle.check()
    dialog.get_by_role("button", name="Connect", exact=True).click()
    sign_in_at_microsoft(page, account, home.base)
    expect(dialog.get_by_text("Account signed in.")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"This catalog sends as {account}.")).to_be_visible()
    page.get_by_role("button", name=COMMAND).click()
    plain.shot("connected-without-script")
    without.toggle.uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Switch off?")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Switched off.")).to_be_visible()
    page.get_by_role("button", name=COMMAND).click()
    without.toggle.check()
    dialog.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Disconnect")
    page.get_by_role("main").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("This catalog isn’t sending messages.")).to_be_visible()
    plain.context.close()
    assert not plain.complaints, "\n".join(plain.complaints)
