"""Courses, sessions and learners for the walks, as an admin makes them, or imported at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.article.home import Home
from tests.domain.courses.programme import a_row, an_enrolment_row, as_csv


def a_course(home: Home, code: str, title: str) -> None:
    """Make a course through its form."""
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}/courses/new")
    page.get_by_label("Short name").fill(code)
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create course").click()
    expect(page.get_by_role("link", name=title)).to_be_visible()


def a_draft(home: Home, title: str, *, course: str, days: int, seats: int) -> str:
    """Make a draft without a room through the form, and return the address of its page.

    Args:
        home: the catalog and its admin's window.
        title: what the session is called.
        course: short name of its course.
        days: in how many days it takes place, from nine to eleven.
        seats: how many may enrol.
    """
    page, day = home.page, home.stage.now() + timedelta(days=days)
    page.goto(f"{home.base}/catalogs/{home.slug}/sessions/new")
    page.get_by_label("Course", exact=True).select_option(course)
    page.get_by_label("Short name").fill(title.upper().replace(" ", "-"))
    page.get_by_label("Title").fill(title)
    page.get_by_label("Starts", exact=True).fill(f"{day:%Y-%m-%d}T09:00")
    page.get_by_label("Ends", exact=True).fill(f"{day:%Y-%m-%d}T11:00")
    page.get_by_label("Time zone").select_option("Europe/Copenhagen")
    page.get_by_label("Seats").fill(str(seats))
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="What happens when you publish")).to_be_visible()
    return page.url


def import_sessions(home: Home, folder: Path, rooms: list[str], learner: str) -> None:
    """Bring in a session for each room, a day after the other, with one learner on all of them."""
    first = home.stage.now() + timedelta(days=45)
    rows, enrolments = [], []
    for number, room in enumerate(rooms, 1):
        day, code = first + timedelta(days=number), f"MOVE-{number}"
        times = {"start": f"{day:%Y-%m-%dT13:00}", "end": f"{day:%Y-%m-%dT15:00}"}
        rows.append(
            a_row(
                session_code=code,
                session_title=f"Part {number}",
                course_code="MOVE",
                course_title="Moving on",
                room=room,
                instructors="",
                **times,
            )
        )
        enrolments.append(an_enrolment_row(session_code=code, address=learner, name="Ada Bianchi"))
    files = folder / "courses.csv", folder / "enrolments.csv"
    files[0].write_bytes(as_csv(rows))
    files[1].write_bytes(as_csv(enrolments))
    home.stage.command("import", "--catalog", home.slug, *map(str, files))
