"""Courses, groups and sessions in a browser that runs no script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, StorageState, expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home
from tests.browser.article.test_courses import a_course_is_filled_in, a_group_is_filled_in
from tests.browser.conftest import a_walker

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
    page.get_by_role("button", name="Publish").click()

    def stands() -> bool:
        page.get_by_role("button", name="Refresh").click()
        return page.get_by_text("In the calendar").is_visible()

    until("the calendar entry", stands)
    plain.context.close()
