"""A catalog admin changes a text, sees it, tries it, and takes it back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, FrameLocator, Locator, StorageState, expect

from classbell.cli.demo.stage import until
from classbell.cli.showcase import CONTOSO, LENA
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_no_findings import look
from tests.browser.calendar.programme import import_sessions
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEARNER = "Ada Bianchi"


@pytest.fixture
def programme(home: Home, account: str, tmp_path: Path) -> None:
    """Connect the catalog, and bring in a session with one learner."""
    home.connect(account)
    learner = an_account(home.stage, tenant=CONTOSO, consented=False)
    import_sessions(home, tmp_path, [""], learner)


@pytest.mark.usefixtures("programme")
def test_a_text_is_changed_seen_tried_restored_and_reset(home: Home) -> None:
    the_list_leads_to_the_editor(home)
    typing_shows_in_the_preview(home)
    leaving_unsaved_asks_first(home)
    a_test_arrives_in_the_admins_own_mailbox(home)
    saving_makes_versions_and_one_is_restored(home)
    it_is_reset_to_the_default(home)


@pytest.mark.usefixtures("programme")
def test_what_is_slower_or_wrong_is_said_before_it_is_saved(home: Home) -> None:
    page = home.page
    editor_of(home, "Message to learners")
    page.get_by_label("Message", exact=True).fill("<p>Hello {PERSON NAME},</p><p>{TEXT}</p>")
    page.get_by_role("button", name="Save", exact=True).click()
    warning = page.get_by_role("group", name="This makes sending slower.")
    expect(warning).to_be_focused()
    expect(warning).to_contain_text("instead of 1 minute")
    expect(said(home, f"Hello {LEARNER},")).to_be_visible()
    look(home, "editor-cost", width=320)
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_label("Subject", exact=True).fill("{SUBJEKT}")
    expect(said(home, "Did you mean {SUBJECT}?")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Subject", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Subject", exact=True)).to_have_value("{SUBJEKT}")
    look(home, "editor-refused", width=320)


@pytest.mark.usefixtures("programme")
def test_an_open_brace_offers_the_variables_to_the_keyboard(home: Home) -> None:
    page = home.page
    editor_of(home, "Enrolment confirmed")
    subject = page.get_by_label("Subject", exact=True)
    message = page.get_by_label("Message", exact=True)
    offered = page.get_by_role("listbox", name="Variables")
    subject.fill("Welcome to ")
    subject.press_sequentially("{c")
    expect(offered.get_by_role("option")).to_have_count(2)
    expect(offered.get_by_role("option", selected=True)).to_contain_text("Title of the course")
    look(home, "editor-offers", width=320)
    subject.press("ArrowDown")
    subject.press("ArrowUp")
    subject.press("Enter")
    expect(subject).to_have_value("Welcome to {COURSE TITLE}")
    expect(offered).to_be_hidden()
    subject.press("Control+z")
    expect(subject).to_have_value("Welcome to {c")
    subject.press("Escape")
    expect(offered).to_be_hidden()
    message.fill("<p>Dear }, bring shoes.</p>")
    message.evaluate("(area) => area.setSelectionRange(8, 8)")
    message.press_sequentially("{person")
    offered.get_by_role("option").first.click()
    expect(message).to_have_value("<p>Dear {PERSON NAME}, bring shoes.</p>")
    expect(message).to_be_focused()
    message.press_sequentially("{nothing like it")
    expect(offered).to_be_hidden()
    assert page.url.endswith("enrolment_confirmed"), "Enter in the list sent the form"


@pytest.mark.usefixtures("programme")
def test_a_course_and_the_catalog_switch_a_notification_off(home: Home) -> None:
    page = home.page
    editor_of(home, "Waiting list joined")
    page.get_by_role("link", name="Switch for single courses").click()
    page.get_by_role("button", name="Do not send in Moving on").click()
    expect(row(home, "Moving on")).to_contain_text("Set for the course")
    look(home, "editor-courses", width=320)
    home.notifications()
    switch = page.get_by_role("switch", name=re.compile("waiting list joined", re.IGNORECASE))
    switch.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Switched off.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Off")).click()
    expect(page).to_have_url(re.compile(r"\?show=off$"))
    expect(switch).not_to_be_checked()
    expect(page.get_by_role("row")).to_have_count(2)
    look(home, "notifications-off", width=320)


@pytest.mark.usefixtures("programme")
def test_all_of_it_without_a_script(browser: Browser, signed_in: StorageState, home: Home) -> None:
    plain = a_walker(browser, home.walker.shots, scripted=False, state=signed_in)
    without = Home(home.stage, plain, home.slug)
    page = plain.page
    editor_of(without, "Enrolment confirmed")
    page.get_by_label("Subject", exact=True).fill("Plainly {COURSE TITLE}")
    page.get_by_role("button", name="Show preview").click()
    expect(said(without, "Plainly Moving on")).to_be_visible()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Plainly {COURSE TITLE}")
    page.get_by_role("button", name="Show people of the session").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Plainly {COURSE TITLE}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Use default: Subject").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value(re.compile("^You are enrolled"))
    page.get_by_role("link", name="Deutsch", exact=True).click()
    expect(page.get_by_label("Subject", exact=True)).to_have_attribute("lang", "de")
    plain.shot("editor-without-script")
    plain.context.close()


def the_list_leads_to_the_editor(home: Home) -> None:
    home.notifications()
    look(home, "notifications", width=320)
    home.page.get_by_role("link", name="Enrolment confirmed", exact=True).click()
    expect(home.page.get_by_role("heading", level=1)).to_have_text("Enrolment confirmed")
    expect(said(home, f"Hello {LEARNER},")).to_be_visible()
    look(home, "editor", width=320)


def typing_shows_in_the_preview(home: Home) -> None:
    page, message = home.page, home.page.get_by_label("Message", exact=True)
    steps = page.evaluate("history.length")
    page.get_by_label("Subject", exact=True).fill("Welcome to {COURSE TITLE}")
    expect(said(home, "Welcome to Moving on")).to_be_visible()
    message.fill("<p>Dear learner, bring shoes.</p>")
    message.evaluate("(area) => area.setSelectionRange(16, 27)")
    page.get_by_role("button", name="Bold").click()
    expect(message).to_have_value("<p>Dear learner,<b> bring shoe</b>s.</p>")
    message.press("Control+z")
    expect(message).to_have_value("<p>Dear learner, bring shoes.</p>")
    message.evaluate("(area) => area.setSelectionRange(8, 15)")
    page.get_by_text("Variables", exact=True).click()
    page.get_by_role("button", name="Insert {PERSON NAME}").click()
    expect(message).to_have_value("<p>Dear {PERSON NAME}, bring shoes.</p>")
    expect(message).to_be_focused()
    expect(said(home, f"Dear {LEARNER}, bring shoes.")).to_be_visible()
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    expect(page.get_by_text("Changed", exact=True)).to_have_count(2)
    assert page.evaluate("history.length") == steps, "typing left steps in the history"
    page.get_by_label("Theme").select_option("dark")
    expect(preview(home).locator("body")).to_have_css("background-color", "rgb(20, 20, 20)")
    look(home, "editor-dark-mail", width=320, at=page.get_by_role("heading", name="Preview"))
    page.get_by_label("Person", exact=True).select_option("sample")
    expect(said(home, "Dear Anna Berg, bring shoes.")).to_be_visible()


def leaving_unsaved_asks_first(home: Home) -> None:
    page, asked = home.page, []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_timeout(300)
    page.remove_listener("dialog", stay)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Welcome to {COURSE TITLE}")


def a_test_arrives_in_the_admins_own_mailbox(home: Home) -> None:
    page = home.page
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("Test sent.")).to_be_visible()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Welcome to {COURSE TITLE}")
    wanted = "[Test] Welcome to Moving on"

    def arrived() -> dict[str, object] | None:
        found = home.stage.received(LENA.address)
        return next((mail for mail in found if mail["subject"] == wanted), None)

    mail = until("the test", arrived)
    assert "Dear Anna Berg, bring shoes." in str(mail)
    page.goto(f"{home.base}/catalogs/{home.slug}/delivery")
    expect(row(home, "Test of a notification")).to_contain_text(LENA.address)


def saving_makes_versions_and_one_is_restored(home: Home) -> None:
    page = home.page
    for subject in ("The first", "The second"):
        editor_of(home, "Enrolment confirmed")
        page.get_by_label("Subject", exact=True).fill(subject)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(row(home, "2 In force")).to_be_visible()
    look(home, "editor-versions", width=320, at=page.get_by_role("heading", name="Versions"))
    page.get_by_role("link", name="Restore version 1").click()
    expect(page.get_by_text("Customised from now on: Subject (English)")).to_be_visible()
    look(home, "editor-restore", width=320)
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value("The first")


def it_is_reset_to_the_default(home: Home) -> None:
    page = home.page
    page.get_by_role("link", name="Reset to default").click()
    look(home, "editor-reset", width=320)
    page.get_by_role("button", name="Reset to default").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value(re.compile("^You are enrolled"))
    expect(page.get_by_role("link", name="Reset to default")).to_have_count(0)


def editor_of(home: Home, title: str) -> None:
    """Open a notification's editor from the list."""
    home.notifications()
    home.page.get_by_role("link", name=title, exact=True).click()
    expect(home.page.get_by_role("heading", level=1)).to_have_text(title)


def preview(home: Home) -> FrameLocator:
    """Return the document in the frame."""
    return home.page.frame_locator("#preview")


def said(home: Home, text: str) -> Locator:
    """Return where the mail first shows a text: above it, as its heading, or in it."""
    return preview(home).get_by_text(text).filter(visible=True).first


def row(home: Home, text: str) -> Locator:
    """Return the line of a table that holds a text."""
    return home.page.get_by_role("row").filter(has_text=text).first
