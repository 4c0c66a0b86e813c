"""Rooms, from the list that Microsoft 365 keeps to a room that is free again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home
from tests.browser.article.test_no_findings import look
from tests.browser.calendar.programme import a_course, a_draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAYS = 33
"""In how many days the sessions are; nothing else in the showcase books a room on that day."""
SOON_MS = 60_000


def test_a_room_is_found_booked_refused_exchanged_and_given_back(home: Home, account: str) -> None:
    home.connect(account)
    rooms_are_listed_and_one_is_hidden(home)
    a_course(home, "FIRST-AID", "First aid")
    first = a_draft(home, "Bandages", course="FIRST-AID", days=DAYS, seats=18)
    a_room_is_found_by_what_is_needed(home)
    it_is_published_and_the_room_accepts(home, "published-room")
    second = a_draft(home, "Splints", course="FIRST-AID", days=DAYS, seats=16)
    a_busy_room_is_requested_all_the_same_and_declines(home)
    one_press_moves_the_session(home)
    a_small_room_is_warned_about(home)
    what_is_cancelled_gives_its_room_back(home, first, second)


def rooms_are_listed_and_one_is_hidden(home: Home) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    page.get_by_role("link", name="Rooms", exact=True).click()
    page.get_by_role("button", name="List anew").click()
    expect(page.get_by_text("The rooms are being listed anew.")).to_be_visible()
    until("the rooms", lambda: _listed(page))
    look(home, "rooms", width=320)
    page.get_by_role("button", name="Hide Boardroom").click()
    expect(row_of(page, "Boardroom").get_by_text("Hidden", exact=True)).to_be_visible()
    expect(page.get_by_text("Sessions that have it already keep it.")).to_be_visible()
    look(home, "rooms-hidden", width=320)


def a_room_is_found_by_what_is_needed(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="Choose a room").click()
    expect(row_of(page, "Auditorium").get_by_text("Free", exact=True)).to_be_visible()
    expect(row_of(page, "Library").get_by_text("Too small")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Boardroom"))).to_have_count(0)
    look(home, "choose-room", width=320)
    page.get_by_label("Building").select_option("HQ Aarhus")
    page.get_by_label("Equipment").select_option("whiteboard")
    page.get_by_label("Seats at least").fill("18")
    page.get_by_role("search").get_by_role("button", name="Show").click()
    expect(row_of(page, "Harbour").get_by_text("Free", exact=True)).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    look(home, "room-found", width=320)
    page.get_by_role("button", name="Request Harbour").click()


def it_is_published_and_the_room_accepts(home: Home, name: str) -> None:
    page = home.page
    look(home, f"{name}-draft", width=320)
    page.get_by_role("button", name="Publish").click()
    home.stage.advance(60)
    booked = page.get_by_role("region", name="In Microsoft 365")
    expect(booked.get_by_text("Accepted", exact=True)).to_be_visible(timeout=SOON_MS)
    look(home, name, width=320)


def a_busy_room_is_requested_all_the_same_and_declines(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="Choose a room").click()
    expect(row_of(page, "Harbour").get_by_text("Busy", exact=True)).to_be_visible()
    page.get_by_role("button", name="Request Harbour").click()
    page.get_by_role("button", name="Publish").click()
    home.stage.advance(60)
    booked = page.get_by_role("region", name="In Microsoft 365")
    expect(booked.get_by_text("Declined", exact=True)).to_be_visible(timeout=SOON_MS)
    page.reload()
    expect(page.get_by_role("heading", name="Free instead")).to_be_visible()
    look(home, "room-declined", width=320)


def one_press_moves_the_session(home: Home) -> None:
    page = home.page
    page.get_by_role("button", name="Move to Studio").click()
    expect(page.get_by_text("Room requested.")).to_be_visible()
    home.stage.advance(60)
    booked = page.get_by_role("region", name="In Microsoft 365")
    expect(booked.get_by_text("Accepted", exact=True)).to_be_visible(timeout=SOON_MS)
    page.reload()
    expect(
        page.get_by_text("studio@contoso.example").or_(page.get_by_text("Studio"))
    ).to_be_visible()
    expect(page.get_by_role("heading", name="Free instead")).to_have_count(0)
    look(home, "room-moved", width=320)


def a_small_room_is_warned_about(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="Choose another room").click()
    page.get_by_role("button", name="Request Library").click()
    expect(
        page.get_by_text("Library holds 12 people, and the session has 16 seats.")
    ).to_be_visible()
    look(home, "room-small", width=320)


def what_is_cancelled_gives_its_room_back(home: Home, cancelled: str, other: str) -> None:
    page = home.page
    page.goto(cancelled)
    page.get_by_role("link", name="Cancel session").click()
    expect(page.get_by_text("The room is released.")).to_be_visible()
    page.get_by_role("button", name="Cancel session").click()

    def free() -> bool:
        home.stage.advance(5)
        page.goto(f"{other}/rooms")
        return row_of(page, "Harbour").get_by_text("Free", exact=True).is_visible()

    until("the room that is free again", free)


def row_of(page: Page, room: str) -> Locator:
    """Return the line of a room in the list."""
    return page.get_by_role("row", name=re.compile(f"^{room} "))


def _listed(page: Page) -> bool:
    page.reload()
    return row_of(page, "Harbour").is_visible()
