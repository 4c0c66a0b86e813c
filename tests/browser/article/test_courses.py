"""From a new course to a full session: forms, publishing, the waiting list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.article.home import Home
from tests.browser.article.test_no_findings import look
from tests.domain.courses.programme import a_row, an_enrolment_row, as_csv

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LEARNERS = ("ana.walk@fabrikam.example", "bo.walk@fabrikam.example", "cy.walk@fabrikam.example")


def people_are_known(home: Home, folder: Path) -> None:
    """Bring three people in as learners of another course."""
    day = home.stage.now() + timedelta(days=20)
    times = {"start": f"{day:%Y-%m-%dT09:00}", "end": f"{day:%Y-%m-%dT11:00}"}
    courses, enrolments = folder / "courses.csv", folder / "enrolments.csv"
    row = a_row(session_code="KNOWN-1", course_code="KNOWN", room="", instructors="", **times)
    courses.write_bytes(as_csv([row]))
    rows = [
        an_enrolment_row(session_code="KNOWN-1", address=address, name=address.split("@")[0])
        for address in LEARNERS
    ]
    enrolments.write_bytes(as_csv(rows))
    home.stage.command("import", "--catalog", home.slug, str(courses), str(enrolments))


def test_a_course_is_made_published_filled_and_its_waiting_list_moves_up(
    home: Home, account: str, tmp_path: Path
) -> None:
    people_are_known(home, tmp_path)
    home.connect(account)
    a_course_is_made(home)
    a_group_is_made(home)
    a_draft_is_made_past_a_gap_of_the_clocks(home)
    it_is_published(home)
    more_than_the_seats_are_enrolled_and_one_leaves(home)
    it_is_cancelled(home)


def a_course_is_filled_in(home: Home) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    page.get_by_role("link", name="Courses", exact=True).click()
    page.get_by_role("link", name="New course").click()
    page.get_by_label("Short name").fill("ROPE")
    page.get_by_label("Title").fill("Rope work")
    page.get_by_label("Keep a waiting list").check()


def a_course_is_made(home: Home) -> None:
    page = home.page
    a_course_is_filled_in(home)
    look(home, "course-form")
    page.get_by_role("button", name="Create course").click()
    expect(page.get_by_role("link", name="Rope work")).to_be_visible()
    look(home, "courses")


def a_group_is_filled_in(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="Rope work").click()
    page.get_by_role("link", name="New group").click()
    page.get_by_label("Short name").fill("AM")
    page.get_by_label("Title").fill("Mornings")
    page.get_by_label("Seats").fill("8")


def a_group_is_made(home: Home) -> None:
    page = home.page
    a_group_is_filled_in(home)
    look(home, "group-form", width=320)
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("link", name="Mornings")).to_be_visible()
    look(home, "course-with-group", width=320)


def a_draft_is_made_past_a_gap_of_the_clocks(home: Home) -> None:
    page, gap = home.page, _last_sunday_of_march(home.stage.now().year + 1)
    page.get_by_role("link", name="Sessions", exact=True).click()
    page.get_by_role("link", name="New session").click()
    page.get_by_label("Course", exact=True).select_option("ROPE")
    page.get_by_label("Short name").fill("ROPE-1")
    page.get_by_label("Title").fill("First climb")
    page.get_by_label("Starts", exact=True).fill(f"{gap}T02:30")
    page.get_by_label("Ends", exact=True).fill(f"{gap}T05:00")
    page.get_by_label("Time zone").select_option("Europe/Copenhagen")
    page.get_by_label("Schedule a Teams meeting").check()
    page.get_by_label("Seats").fill("1")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text(f"or {gap}T03:00 or later")).to_be_visible()
    expect(page.get_by_label("Group", exact=True)).to_be_visible()
    look(home, "session-form", width=320)
    page.get_by_label("Starts", exact=True).fill(f"{gap}T03:00")
    page.get_by_role("button", name="Save draft").click()


def it_is_published(home: Home) -> None:
    page = home.page
    expect(page.get_by_role("heading", name="What happens when you publish")).to_be_visible()
    expect(page.get_by_text("A Teams meeting is made")).to_be_visible()
    look(home, "draft")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("In the calendar")).to_be_visible(timeout=40_000)
    look(home, "published", width=320)
    page.goto(f"{home.base}/catalogs/{home.slug}/sessions/month")
    look(home, "month", width=320)
    page.go_back()


def more_than_the_seats_are_enrolled_and_one_leaves(home: Home) -> None:
    page = home.page
    page.get_by_role("toolbar").get_by_role("link", name="Learners", exact=True).click()
    page.get_by_label("Enrol", exact=True).fill("\n".join(LEARNERS))
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_role("heading", name="Waiting list")).to_be_visible()
    look(home, "learners", width=320)
    page.get_by_role("button", name=re.compile("^Unenrol ")).click()
    turns = page.get_by_role("region", name="Waiting list").get_by_role("row")
    expect(turns).to_have_count(2)
    expect(turns.last).to_contain_text(LEARNERS[2])
    expect(page.get_by_role("region", name="Enrolled")).to_contain_text(LEARNERS[1])


def it_is_cancelled(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="First climb").click()
    page.get_by_role("link", name="Cancel session").click()
    look(home, "cancel")
    page.get_by_label("Message", exact=True).fill("The wall is being repaired.")
    page.get_by_role("button", name="Cancel session").click()
    expect(page.get_by_text("The wall is being repaired.")).to_be_visible()


def _last_sunday_of_march(year: int) -> str:
    """Return the day on which clocks are put forward in Europe."""
    day = date(year, 3, 31)
    return f"{day - timedelta(days=(day.weekday() + 1) % 7):%Y-%m-%d}"
