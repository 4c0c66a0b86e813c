"""An admin writes to the learners of a session, sees the mail first, and follows it to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from classbell.cli.demo.stage import until
from classbell.cli.showcase import CONTOSO
from tests.browser.article.home import Home, an_account
from tests.browser.calendar.programme import import_sessions
from tests.browser.notifications.test_mail_settings import look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SUBJECT = "Bring your badge"
SOON_MS = 60_000


def test_learners_are_written_to_and_the_message_arrives(
    home: Home, account: str, tmp_path: Path
) -> None:
    home.connect(account)
    learner = an_account(home.stage, tenant=CONTOSO, consented=False)
    import_sessions(home, tmp_path, ["nyhavn@contoso.example"], learner)
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}/sessions")
    page.get_by_role("link", name="Part 1").click()
    expect(page.get_by_text("Reminders", exact=True)).to_be_visible()
    page.get_by_role("link", name="Message to learners").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Message to learners")
    page.get_by_label("Subject").fill(SUBJECT)
    page.get_by_label("Text").fill("The entrance has moved.\nDoor 3, please.")
    page.get_by_role("button", name="Show preview").click()
    preview = page.frame_locator("iframe")
    expect(preview.get_by_text("Door 3, please.")).to_be_visible()
    look(home, "message")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)
    expect(page.get_by_text("1 of 1")).to_be_visible(timeout=SOON_MS)
    look(home, "message-sent")
    mail = until(
        "the message",
        lambda: next(
            (one for one in home.stage.received(learner) if one["subject"] == SUBJECT), None
        ),
    )
    assert "Door 3, please." in mail["body"]["content"]
