"""What learners and instructors do, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from classbell.cli.showcase import KIRSTINE, ZOE
from tests.browser.keyboard.keys import Keys
from tests.browser.roles.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN = "In three weeks"


def test_a_learner_enrols_and_leaves(opened: Opener) -> None:
    page = opened(KIRSTINE).page
    keys = Keys(page)
    keys.press(page.get_by_role("link", name="Find a session").first)
    keys.press(page.get_by_role("link", name=OPEN, exact=True))
    keys.press(page.get_by_role("button", name="Enrol", exact=True))
    expect(page.get_by_text("You are enrolled.")).to_be_visible()
    dismiss = page.get_by_role("status").get_by_role("button", name="Dismiss")
    keys.press(dismiss, "Space")
    expect(dismiss).to_have_count(0)
    keys.kept()
    keys.press(page.get_by_role("link", name="Leave the session"))
    keys.press(page.get_by_role("button", name="Leave", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("My sessions")
    expect(page.get_by_role("row").filter(has_text=OPEN)).to_have_count(0)


def test_an_instructor_marks_attendance(opened: Opener) -> None:
    page = opened(ZOE).page
    keys = Keys(page)
    keys.press(page.get_by_role("link", name="Today", exact=True))
    mark = page.get_by_label(f"Attendance of {KIRSTINE.name}")
    keys.choose(mark, "Present")
    keys.press(page.get_by_role("button", name="Save attendance"))
    expect(page.get_by_text("Attendance saved.")).to_be_visible()
    expect(mark).to_have_value("100")
