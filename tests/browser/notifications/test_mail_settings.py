"""An admin gives mail a look, and meets it in the mailbox; a person chooses what they get."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from classbell.cli.demo.stage import until
from classbell.cli.showcase import LENA
from tests.browser.article.home import Home
from tests.browser.article.test_no_findings import look
from tests.pictures import a_png

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_look_is_chosen_and_met_in_the_mailbox(home: Home, account: str) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    page.get_by_role("link", name="General", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("General")
    look(home, "general-default", width=320)
    page.get_by_label("Colour").fill("blue")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("«blue» is no colour.")).to_be_visible()
    page.get_by_label("Colour").fill("#ffb900")
    logo = FilePayload(name="logo.png", mimeType="image/png", buffer=a_png())
    page.get_by_label("Logo", exact=True).set_input_files(logo)
    page.get_by_label("Reply to").fill("help@contoso.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Settings saved.")).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("img")).to_be_visible()
    look(home, "general", width=320)

    home.connect(account)
    (mail, *_) = until("the confirmation", lambda: home.stage.received(account))
    assert mail["replyTo"] == [{"address": "help@contoso.example", "name": ""}]
    page.goto(f"{home.stage.places.sandbox_url}/portal/mailboxes/{account}")
    page.get_by_role("link", name=re.compile("now sends")).last.click()
    picture = page.frame_locator("iframe").get_by_role("img")
    expect(picture).to_be_visible()
    # 480 pixels of the file, in half as many on the screen.
    assert picture.evaluate("image => image.naturalWidth") == 480
    assert picture.evaluate("image => image.width") == 240
    home.walker.shot("mailbox-dressed")


def test_a_person_chooses_what_they_get(home: Home) -> None:
    page = home.page
    page.goto(f"{home.base}/catalogs/{home.slug}")
    page.get_by_role("button", name=re.compile(LENA.name)).click()
    page.get_by_role("link", name="Email preferences").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Email preferences")
    look(home, "preferences", width=320)
    page.get_by_label("Session reminder").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Session reminder")).not_to_be_checked()
    page.get_by_label("Session reminder").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Session reminder")).to_be_checked()
