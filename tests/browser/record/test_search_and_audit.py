"""Did she get it, and is the room ours? From Home to the answer, counted; and who did what."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home
from tests.browser.article.test_no_findings import look
from tests.browser.calendar.programme import import_sessions
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW = 320
ROOM = "library@contoso.example"
LEARNER = "ada.bianchi@contoso.example"
TYPED = "bian"
MOST_STEPS = 2
"""A click into the box and Enter: what is typed between them is a few letters."""


def test_from_home_to_the_answer_and_to_who_did_what(
    browser: Browser, signed_in: StorageState, home: Home, account: str, tmp_path: Path
) -> None:
    page = home.page
    home.connect(account)
    import_sessions(home, tmp_path, [ROOM], LEARNER)
    something_is_written(home)
    home.stage.advance(60)
    page.goto(f"{home.base}/catalogs/{home.slug}")
    the_answer_is_two_steps_away(home)
    look(home, "person", width=NARROW)
    page.get_by_role("link", name="Moving on: Part 1", exact=True).click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    look(home, "session-history", width=NARROW)
    page.goto(f"{home.base}/catalogs/{home.slug}/search?q=mo")
    look(home, "search", width=NARROW)
    who_did_what_is_found(home)
    the_same_goes_without_script(browser, signed_in, home)


def something_is_written(home: Home) -> None:
    """Write to the learner, and wait until Microsoft 365 has taken it."""
    words = ("--catalog", home.slug, "--subject", "Shoes", "--text", "Bring strong ones.")
    home.stage.command("sessions", "message", "MOVE-1", *words)
    rows = ("deliveries", "list", "--catalog", home.slug)
    until(
        "the mail",
        lambda: [
            one
            for one in home.stage.rows(*rows)
            if LEARNER in str(one) and one["state"] == "accepted"
        ],
    )


def the_answer_is_two_steps_away(home: Home) -> None:
    page, steps = home.page, 0
    page.get_by_role("searchbox", name="Search for a person or session").click()
    steps += 1
    page.keyboard.type(TYPED)
    page.keyboard.press("Enter")
    steps += 1
    expect(page.get_by_role("heading", level=1, name="Ada Bianchi")).to_be_visible()
    row = page.get_by_role("row", name="Moving on: Part 1")
    expect(row.get_by_text("Library")).to_be_visible()
    until("the room's answer", lambda: _reloaded(home, "Accepted"))
    expect(row.get_by_text("Invited, no answer yet")).to_be_visible()
    expect(row.get_by_text("Accepted by Microsoft 365")).to_be_visible()
    assert steps <= MOST_STEPS


def _reloaded(home: Home, text: str) -> bool:
    """Look again whether the session's line says something."""
    home.page.reload()
    row = home.page.get_by_role("row", name="Moving on: Part 1")
    return row.get_by_text(text, exact=True).count() > 0


def who_did_what_is_found(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="Audit log", exact=True).click()
    look(home, "audit", width=NARROW)
    page.get_by_label("Acts on").select_option("catalog")
    page.get_by_role("search").get_by_role("button", name="Show").click()
    expect(page.get_by_text("Import applied")).to_be_visible()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Export (JSON lines)").click()
    assert "end_of_the_record" in Path(kept.value.path()).read_text(encoding="utf-8")


def the_same_goes_without_script(browser: Browser, state: StorageState, home: Home) -> None:
    plain = a_walker(
        browser, home.walker.shots, scripted=False, state=state, width=NARROW, height=844
    )
    page = plain.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    page.get_by_role("search").get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("searchbox").fill(TYPED)
    page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1, name="Ada Bianchi")).to_be_visible()
    plain.shot("person-without-script")
    plain.context.close()
