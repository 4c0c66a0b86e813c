"""The article's sentences about the way to the panel and what stands there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.article.home import BLOCK, Home

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_nothing_is_sent_before_the_settings_are_configured(reading: Home) -> None:
    reading.notifications()
    expect(reading.page.get_by_text("This catalog isn’t sending messages.")).to_be_visible()


def test_notifications_opens_from_catalog_settings(reading: Home) -> None:
    reading.notifications()
    expect(reading.page).to_have_url(re.compile(r"/settings/notifications$"))


def test_the_command_on_the_menu_bar_opens_the_panel(reading: Home) -> None:
    reading.notifications()
    bar = reading.page.get_by_role("toolbar", name="Notification commands")
    bar.get_by_role("button", name="Microsoft 365 Connection Settings").click()
    expect(reading.dialog).to_be_visible()


def test_the_toggle_can_be_switched_on(reading: Home) -> None:
    reading.panel()
    reading.toggle.check()
    expect(reading.toggle).to_be_checked()


def test_by_default_the_toggle_is_off(reading: Home) -> None:
    reading.panel()
    expect(reading.toggle).not_to_be_checked()


def test_switched_on_the_modern_authentication_method_block_is_displayed(reading: Home) -> None:
    reading.panel()
    block = reading.dialog.get_by_role("region", name=BLOCK)
    expect(block).to_be_hidden()
    reading.toggle.check()
    expect(block).to_be_visible()


def test_sign_in_is_microsofts_and_no_password_is_stored(reading: Home) -> None:
    reading.switched_on()
    expect(reading.dialog.get_by_text("based on Microsoft Entra ID")).to_be_visible()
    expect(reading.dialog.get_by_text("No password is stored.")).to_be_visible()
    assert reading.page.locator("input[type=password]").count() == 0


def test_the_account_needs_exchange_online_plan_1_and_teams(reading: Home) -> None:
    reading.switched_on()
    needs = reading.dialog.get_by_role("listitem")
    expect(needs.filter(has_text="Exchange Online (Plan 1 or higher)")).to_be_visible()
    expect(needs.filter(has_text="Microsoft Teams to create meetings")).to_be_visible()


def test_what_consent_is_for_is_said_before_leaving(reading: Home) -> None:
    reading.switched_on()
    reading.dialog.get_by_text("What Microsoft asks consent for").click()
    for words in (
        "send email notifications and invitations as the connected account",
        "list rooms, to set the place of sessions",
        "create, read, update and delete events and Teams meetings",
        "so that other admins can see which account is connected",
        "stay connected without anybody signing in again",
        "Your organisation’s consent settings decide who can consent.",
    ):
        expect(reading.dialog.get_by_text(words)).to_be_visible()


def test_we_recommend_that_each_account_consents_for_itself(reading: Home) -> None:
    reading.switched_on()
    advice = reading.dialog.get_by_text("we recommend that you leave this box unticked")
    expect(advice).to_be_visible()


def test_azure_communication_service_is_meant_for_many_notifications(reading: Home) -> None:
    reading.switched_on()
    option = reading.dialog.get_by_role("checkbox", name="Enable Azure Communication Service")
    expect(option).to_be_visible()
    expect(option).to_have_accessible_description(re.compile("very many notifications"))


def test_its_notifications_come_from_a_fixed_address(reading: Home) -> None:
    reading.switched_on()
    option = reading.dialog.get_by_role("checkbox", name="Enable Azure Communication Service")
    expect(option).to_have_accessible_description(
        re.compile("a fixed address that can’t be changed")
    )


def test_it_is_available_only_where_it_was_activated(reading: Home) -> None:
    reading.switched_on()
    option = reading.dialog.get_by_role("checkbox", name="Enable Azure Communication Service")
    expect(option).to_be_disabled()
    expect(option).to_have_accessible_description(
        re.compile(
            "Not activated for your organisation.*Ask whoever runs this installation", re.DOTALL
        )
    )


def test_delivery_issues_have_a_page_of_help(reading: Home) -> None:
    reading.page.goto(f"{reading.base}/catalogs/{reading.slug}/delivery")
    reading.page.get_by_role("link", name="Help with delivery problems").last.click()
    expect(reading.page.get_by_role("heading", level=1)).to_have_text("Help with delivery problems")
    expect(reading.page.get_by_role("link", name="Microsoft on delivery issues")).to_be_visible()
