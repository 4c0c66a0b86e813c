"""Nothing for axe to find, in any theme, in any state of the connection."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from classbell.cli.showcase import FABRIKAM
from tests.browser.accessibility import (
    CONTRAST,
    FADE_MS,
    WIDE,
    findings,
    in_every_theme,
    too_wide,
)
from tests.browser.article.conftest import Azure
from tests.browser.article.home import Home, an_account
from tests.browser.story import COMMAND

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(home: Home, name: str, *, width: int = 390, at: Locator | None = None) -> None:
    """See that axe finds nothing in any theme, and that the page fits a telephone.

    Pictures are kept of what stands at ``at``; of the top where nothing is named.
    """
    page = home.page
    found = in_every_theme(page)
    show(at)
    home.walker.shot(f"{name}-light")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(FADE_MS)
    found += [f"the system's dark: {one}" for one in findings(page, only=CONTRAST)]
    home.walker.shot(f"{name}-dark")
    page.emulate_media(color_scheme="light")
    found += too_wide(page, width)
    show(at)
    home.walker.shot(f"{name}-{width}")
    page.set_viewport_size(WIDE)
    assert not found, f"{name}: " + "; ".join(found)


def show(at: Locator | None) -> None:
    """Scroll to something."""
    if at is not None:
        at.scroll_into_view_if_needed()


def test_the_panel_before_an_account_is_there(home: Home) -> None:
    home.panel()
    look(home, "off")
    home.toggle.check()
    look(home, "ready")
    home.dialog.get_by_text("Does Microsoft say that an administrator").click()
    home.dialog.get_by_label("Account that shall be connected").fill("a@fabrikam.example")
    home.dialog.get_by_role("button", name="Ask for approval").click()
    expect(home.dialog.get_by_label("Two ways to approve")).to_be_visible()
    look(home, "approval")
    home.dialog.get_by_text("Does the account belong to somebody else?").click()
    home.dialog.get_by_label("Address of the account").fill("training@fabrikam.example")
    home.dialog.get_by_role("button", name="Invite", exact=True).click()
    link = home.dialog.get_by_label("Link for training@fabrikam.example")
    expect(link).to_be_visible()
    look(home, "invited")
    home.page.goto(link.input_value())
    look(home, "owner")


def test_the_panel_and_the_pages_around_a_connected_account(home: Home) -> None:
    account = an_account(home.stage)
    home.switched_on()
    home.leave(account)
    look(home, "pending")
    home.save()
    home.panel()
    for summary in ("Permissions for more", "Share this account"):
        home.dialog.get_by_text(summary).click()
    look(home, "connected")
    home.page.get_by_role("button", name="Disconnect").click()
    expect(home.page.get_by_role("alertdialog")).to_be_visible()
    look(home, "disconnect")
    home.stage.control("POST", f"/people/{account}/reset-password")
    home.stage.advance(2 * 3600)
    home.page.goto(f"{home.base}/catalogs/{home.slug}/connection")
    look(home, "health")
    home.page.get_by_role("button", name="Check now").click()
    expect(home.page.get_by_text(f"The connection to {account} is lost.")).to_be_visible()
    home.page.get_by_text("Details for support").first.click()
    look(home, "lost-health")
    home.panel()
    look(home, "lost")


def test_azure_in_the_panel_and_on_its_page(home: Home, azure: Azure) -> None:
    home.switched_on()
    rule = home.dialog.get_by_text("Nothing is sent twice.")
    home.dialog.get_by_role("checkbox", name="Enable Azure Communication Service").check()
    look(home, "azure-ready", width=320, at=rule)
    home.save()
    expect(
        home.page.get_by_text("Email through Azure Communication Services").first
    ).to_be_visible()
    look(home, "azure-sending", width=320)
    home.panel()
    look(home, "azure-alone", width=320, at=home.dialog.get_by_text("select Connect."))
    home.page.goto(f"{home.base}/email-provider")
    expect(home.page.get_by_text(azure.sender)).to_be_visible()
    look(home, "azure-page", width=320)
    home.stage.command("organisations", "acs", "deactivate", "--tenant", str(FABRIKAM))
    home.panel()
    look(home, "azure-gone", width=320, at=home.dialog.get_by_text("It was deactivated"))
    home.page.goto(f"{home.base}/email-provider")
    look(home, "azure-page-gone", width=320)


def test_the_pages_beside_the_panel(home: Home) -> None:
    for name, path in (
        ("connections", "/connections"),
        ("help", f"/help/delivery?catalog={home.slug}"),
        ("held", f"/catalogs/{home.slug}/connection/held"),
        ("approve", "/approve/unknown"),
        ("notifications", f"/catalogs/{home.slug}/settings/notifications"),
    ):
        home.page.goto(home.base + path)
        look(home, name)
    expect(home.page.get_by_role("button", name=COMMAND)).to_be_visible()


def test_support_details_are_copied_by_one_press(home: Home, account: str) -> None:
    home.connect(account)
    home.page.goto(f"{home.base}/catalogs/{home.slug}/connection")
    home.page.get_by_text("Details for support").first.click()
    home.walker.context.grant_permissions(["clipboard-read", "clipboard-write"])
    home.page.get_by_role("button", name="Copy").click()
    expect(home.page.get_by_role("button", name="Copied")).to_be_visible()
    copied = home.page.evaluate("navigator.clipboard.readText()")
    assert re.search(rf"Account: [0-9a-f-]+ {account}", copied)
