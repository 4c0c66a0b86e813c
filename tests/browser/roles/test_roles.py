"""Learner, instructor, course admin and LMS admin walk what is theirs, also without a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Download, Page, expect

from classbell.cli.seed_roles import MEETING
from classbell.cli.showcase import BJOERN, KIRSTINE, LENA, ZOE
from tests.browser.article.home import Home
from tests.browser.article.test_no_findings import look
from tests.browser.roles.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN = "In three weeks"


@pytest.mark.parametrize("scripted", [True, False])
def test_a_learner_enrols_takes_it_to_the_calendar_and_leaves(
    opened: Opener, *, scripted: bool
) -> None:
    home = opened(KIRSTINE, scripted=scripted)
    page = home.page
    heading(page, "My sessions")
    expect(page.get_by_role("row").filter(has_text="In two weeks")).to_contain_text("Enrolled")
    looked(home, "my-sessions", scripted=scripted)
    page.get_by_role("link", name="Find a session").first.click()
    heading(page, "Open sessions")
    looked(home, "open-sessions", scripted=scripted)
    page.get_by_role("link", name=OPEN, exact=True).click()
    heading(page, re.compile(OPEN))
    join = page.get_by_role("link", name="Join the meeting")
    expect(join).to_have_count(0)
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_text("You are enrolled.")).to_be_visible()
    expect(join).to_have_attribute("href", MEETING)
    looked(home, "my-session", scripted=scripted)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Add to calendar").click()
    assert OPEN in summary_of(downloading.value)
    page.get_by_role("link", name="My sessions", exact=True).last.click()
    expect(page.get_by_role("link", name=f"Join {OPEN}")).to_have_attribute("href", MEETING)
    page.get_by_role("link", name=OPEN, exact=True).click()
    page.get_by_role("link", name="Leave the session").click()
    heading(page, re.compile("^Leave «"))
    looked(home, "leave", scripted=scripted)
    page.get_by_role("button", name="Leave", exact=True).click()
    heading(page, "My sessions")
    expect(page.get_by_role("row").filter(has_text=OPEN)).to_have_count(0)
    expect(page.get_by_role("navigation", name="Classbell")).not_to_contain_text("Teaching")


@pytest.mark.parametrize("scripted", [True, False])
def test_an_instructor_marks_attendance_and_takes_the_list_along(
    opened: Opener, *, scripted: bool
) -> None:
    home = opened(ZOE, scripted=scripted)
    page = home.page
    heading(page, "Teaching")
    looked(home, "teaching", scripted=scripted)
    page.get_by_role("link", name="Today", exact=True).click()
    mark = page.get_by_label(f"Attendance of {KIRSTINE.name}")
    chosen = "Present" if scripted else "Absent"
    mark.select_option(chosen)
    page.get_by_role("button", name="Save attendance").click()
    expect(page.get_by_text("Attendance saved.")).to_be_visible()
    expect(mark).to_have_value("100" if scripted else "0")
    looked(home, "attendance", scripted=scripted)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download (CSV)").click()
    assert KIRSTINE.address in Path(downloading.value.path()).read_text(encoding="utf-8-sig")


def test_on_paper_stands_the_list_and_nothing_to_press(opened: Opener) -> None:
    home = opened(ZOE)
    page = home.page
    page.get_by_role("link", name="Today", exact=True).click()
    signature = page.get_by_role("columnheader", name="Signature")
    expect(signature).to_be_hidden()
    page.emulate_media(media="print")
    expect(signature).to_be_visible()
    expect(page.get_by_role("cell", name=KIRSTINE.name)).to_be_visible()
    expect(page.get_by_role("button", name="Save attendance")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Classbell")).to_be_hidden()
    home.walker.shot("attendance-on-paper")


def test_a_course_admin_has_courses_and_sessions_and_no_settings(opened: Opener) -> None:
    home = opened(BJOERN)
    page = home.page
    heading(page, "Sessions")
    menu = page.get_by_role("navigation", name="Admin Center")
    expect(menu.get_by_role("link", name="Courses")).to_be_visible()
    for name in ("Notifications", "Rooms", "Delivery log", "Roles"):
        expect(menu.get_by_role("link", name=name)).to_have_count(0)
    look(home, "course-admin", width=320)
    page.goto(f"{home.base}/catalogs/{home.slug}/settings/roles")
    heading(page, "You can’t open this")


@pytest.mark.parametrize("scripted", [True, False])
def test_an_lms_admin_gives_a_role_and_takes_it(opened: Opener, *, scripted: bool) -> None:
    home = opened(LENA, scripted=scripted)
    page = home.page
    page.get_by_role("link", name="Roles of all catalogs").click()
    heading(page, "Roles of all catalogs")
    looked(home, "roles", scripted=scripted)
    page.get_by_role("link", name="Roles in Contoso Sales School").click()
    heading(page, "Roles in Contoso Sales School")
    page.get_by_label("Name or address").fill("kirstine")
    page.get_by_role("button", name="Search").click()
    looked(home, "roles-found", scripted=scripted)
    page.get_by_label("Person", exact=True).select_option(
        label=f"{KIRSTINE.name} ({KIRSTINE.address})"
    )
    page.get_by_label("Role", exact=True).select_option("Course admin")
    page.get_by_label("Course of a course admin").select_option("Selling by listening")
    page.get_by_role("button", name="Give the role").click()
    expect(page.get_by_text("Role given.")).to_be_visible()
    page.get_by_role("link", name=re.compile(f"^Take «.*» from {KIRSTINE.name}$")).click()
    looked(home, "role-take", scripted=scripted)
    page.get_by_role("button", name="Take the role").click()
    expect(page.get_by_text("Role taken.")).to_be_visible()
    expect(page.get_by_role("cell", name=KIRSTINE.name)).to_have_count(0)


def looked(home: Home, name: str, *, scripted: bool) -> None:
    """See that axe finds nothing and that 320 pixels are enough, once."""
    if scripted:
        look(home, name, width=320)


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """See the page's heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def summary_of(download: Download) -> str:
    """Return what a calendar would show of a downloaded file."""
    assert download.suggested_filename.endswith(".ics")
    (event,) = Calendar.from_ical(Path(download.path()).read_bytes()).walk("VEVENT")
    return str(event["SUMMARY"])
