"""A session from its draft to its room, its learners' mail and the search, by keyboard alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home
from tests.browser.calendar.programme import a_course, import_sessions
from tests.browser.calendar.test_rooms import SOON_MS
from tests.browser.keyboard.keys import Keys

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAYS = 61
"""In how many days the session is; nothing else in the showcase books a room on that day."""
LEARNER = "ada.bianchi@contoso.example"


def test_a_session_is_made_published_and_moved(home: Home, account: str) -> None:
    home.connect(account)
    a_course(home, "KEYS", "Ten fingers")
    keys = Keys(home.page)
    rooms_are_listed(home)
    a_draft_is_written(home, keys)
    a_room_is_requested_and_released(home, keys)
    it_is_published_while_the_focus_stays(home, keys)


def test_a_message_is_sent_and_somebody_found(home: Home, account: str, tmp_path: Path) -> None:
    home.connect(account)
    import_sessions(home, tmp_path, ["library@contoso.example"], LEARNER)
    keys = Keys(home.page)
    a_message_goes_to_the_learners(home, keys)
    the_timeline_is_found(home, keys)
    the_log_is_filtered_while_the_focus_stays(home, keys)


def rooms_are_listed(home: Home) -> None:
    """Wait until the rooms are known, by which a draft can be given one."""
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}/rooms")

    def listed() -> bool:
        page.reload()
        return page.get_by_role("row").filter(has_text="Studio").is_visible()

    until("the rooms", listed)


def a_draft_is_written(home: Home, keys: Keys) -> None:
    page, day = home.page, home.stage.now() + timedelta(days=DAYS)
    keys.press(page.get_by_role("link", name="Sessions", exact=True))
    keys.press(page.get_by_role("link", name="New session"))
    keys.choose(page.get_by_label("Course", exact=True), "Ten fingers")
    keys.write(page.get_by_label("Short name"), "KEYS-1")
    keys.write(page.get_by_label("Title"), "First words")
    type_moment(keys, page.get_by_label("Starts", exact=True), day, "0900AM")
    type_moment(keys, page.get_by_label("Ends", exact=True), day, "1100AM")
    keys.choose(page.get_by_label("Time zone"), "Europe/Copenhagen")
    keys.press(page.get_by_role("switch", name="Schedule a Teams meeting"), "Space")
    keys.write(page.get_by_role("textbox", name="Instructors"), "zoe.dubois@contoso.example")
    keys.reach(page.get_by_role("button", name="Save draft"))
    keys.reach(page.get_by_label("Seats"), back=True)
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What happens when you publish")).to_be_visible()


def type_moment(keys: Keys, field: Locator, day: datetime, clock: str) -> None:
    """Type a date and a time as the browser's own field asks for them."""
    keys.reach(field)
    keys.page.keyboard.type(f"{day:%m%d%Y}")
    keys.page.keyboard.press("ArrowRight")
    keys.page.keyboard.type(clock)
    expect(field).to_have_value(f"{day:%Y-%m-%d}T{clock[:2]}:{clock[2:4]}")


def a_room_is_requested_and_released(home: Home, keys: Keys) -> None:
    """Take a room, give it back, and take another."""
    page = home.page
    keys.press(page.get_by_role("link", name="Choose a room"))
    keys.press(page.get_by_role("button", name="Request Studio"))
    keys.press(page.get_by_role("link", name="Choose another room"))
    keys.press(page.get_by_role("button", name="Release the room"))
    keys.press(page.get_by_role("link", name="Choose a room"))
    keys.press(page.get_by_role("button", name="Request Library"))


def it_is_published_while_the_focus_stays(home: Home, keys: Keys) -> None:
    """Publish, stay on Refresh, and keep it while that part of the page renews itself."""
    page = home.page
    keys.press(page.get_by_role("button", name="Publish"))
    refresh = page.get_by_role("button", name="Refresh")
    keys.reach(refresh)
    home.stage.advance(60)
    booked = page.get_by_role("region", name="In Microsoft 365")
    expect(booked.get_by_text("Accepted", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(refresh).to_be_focused()
    keys.kept()


def a_message_goes_to_the_learners(home: Home, keys: Keys) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}/sessions")
    keys.press(page.get_by_role("link", name="Part 1", exact=True))
    keys.press(page.get_by_role("link", name="Message to learners"))
    keys.write(page.get_by_label("Subject"), "Shoes")
    keys.write(page.get_by_label("Text", exact=True), "Bring strong ones.")
    keys.press(page.get_by_role("button", name="Send", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Shoes")
    refresh = page.get_by_role("button", name="Refresh")
    keys.reach(refresh)
    home.stage.advance(120)
    expect(page.get_by_text("1 of 1", exact=True).last).to_be_visible(timeout=SOON_MS)
    expect(refresh).to_be_focused()
    keys.kept()


def the_timeline_is_found(home: Home, keys: Keys) -> None:
    page = home.page
    keys.write(page.get_by_role("searchbox", name="Search for a person or session"), "bian")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Bianchi")
    keys.press(page.get_by_role("link", name="Moving on: Part 1", exact=True))
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


def the_log_is_filtered_while_the_focus_stays(home: Home, keys: Keys) -> None:
    """A chip renews the page below it, itself included, and keeps the focus."""
    page = home.page
    keys.press(page.get_by_role("link", name="Delivery log", exact=True))
    chip = page.get_by_role("link", name=re.compile("^Sent"))
    keys.press(chip)
    expect(chip).to_have_attribute("aria-current", "true")
    expect(chip).to_be_focused()
    keys.kept()
