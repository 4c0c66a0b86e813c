"""The delivery log as an admin uses it: a message fails, is looked at and sent again."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Browser, StorageState, expect

from classbell.cli.demo.stage import until
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_no_findings import look
from tests.browser.conftest import a_walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW = 320
REFUSAL = {
    "effect": "answer",
    "status": 400,
    "body": {"error": {"code": "ErrorInvalidRecipients", "message": "No such recipient."}},
}
# This kind is sent again by itself when in doubt; after the third time it is left to the admin.
IN_DOUBT = {"effect": "act_then_drop", "count": 3}


def trouble(home: Home, account: str, what: Mapping[str, object]) -> None:
    """Let the next mail of an account meet trouble."""
    where = {"path": "*/sendMail", "method": "POST", "mailbox": account}
    home.stage.control("POST", "/faults", {**where, **what})


def open_log(home: Home, state: str) -> str:
    """Wait until the only message is in a state, and open the log; return the log's address."""
    words = ("deliveries", "list", "--catalog", home.slug)
    until(state, lambda: [one for one in home.stage.rows(*words) if one["state"] == state])
    address = f"{home.base}/catalogs/{home.slug}/delivery"
    home.page.goto(address)
    return address


def test_a_failed_message_is_looked_at_and_sent_again(home: Home, account: str) -> None:
    page = home.page
    trouble(home, account, REFUSAL)
    home.connect(account)
    log = open_log(home, "failed")
    expect(page.get_by_role("meter")).to_have_count(1)
    look(home, "log", width=NARROW)
    page.get_by_role("link", name="Account connected").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(page.get_by_text("ErrorInvalidRecipients").first).to_be_visible()
    look(home, "message", width=NARROW)
    page.goto(f"{log}?status=failed")
    trouble(home, account, IN_DOUBT)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status").get_by_text("1 message goes out.")).to_be_visible()
    # It is sent again by itself twice before it is left to the admin.
    words = ("deliveries", "list", "--catalog", home.slug)
    until("the third try", lambda: int(home.stage.rows(*words)[0]["attempts"]) == 3 or None)
    open_log(home, "unknown")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Whoever has got one gets it twice.")).to_be_visible()
    look(home, "send-again", width=NARROW)
    page.get_by_role("checkbox", name="Also send 1 message that may have arrived").check()
    page.get_by_role("button", name="Send again").click()
    open_log(home, "accepted")
    expect(page.get_by_text("Accepted by Microsoft 365")).to_be_visible()


def test_the_log_is_taken_along(home: Home, account: str) -> None:
    home.connect(account)
    open_log(home, "accepted")
    with home.page.expect_download() as download:
        home.page.get_by_role("button", name="Export").click()
    assert re.fullmatch(rf"delivery-log-{home.slug}-[\d-]+\.csv", download.value.suggested_filename)
    assert account in download.value.path().read_text(encoding="utf-8-sig")


def test_chips_swap_the_page_and_keep_the_address(home: Home, account: str) -> None:
    home.connect(account)
    log = open_log(home, "accepted")
    home.page.get_by_role("link", name=re.compile("^Waiting")).click()
    expect(home.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(home.page).to_have_url(f"{log}?status=waiting")


def test_everything_works_without_a_script(
    browser: Browser, signed_in: StorageState, home: Home
) -> None:
    account = an_account(home.stage)
    trouble(home, account, REFUSAL)
    home.connect(account)
    log = open_log(home, "failed")
    plain = a_walker(browser, home.walker.shots, scripted=False, state=signed_in)
    plain.page.goto(log)
    plain.page.get_by_label("Person", exact=True).fill("nobody at all")
    plain.page.get_by_role("button", name="Show").click()
    expect(plain.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    plain.page.goto(f"{log}?status=failed")
    plain.page.get_by_role("checkbox").check()
    plain.page.get_by_role("button", name="Send again").click()
    expect(plain.page.get_by_text("1 message goes out.")).to_be_visible()
    plain.context.close()
