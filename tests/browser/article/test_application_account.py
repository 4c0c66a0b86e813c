"""An application-only account in a browser: offered, guided, tried, saved, and at work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from classbell.cli.demo.stage import Stage
from classbell.cli.showcase import FABRIKAM
from tests.browser.article.home import Home, an_account
from tests.browser.article.test_no_findings import look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFER = "Use an application-only account"
ROLES = ("Application Mail.Send", "Application Calendars.ReadWrite")


@pytest.fixture
def allowed(showcase: Stage) -> Iterator[None]:
    """Have the operator allow it for Fabrikam, and end it afterwards."""
    permit = ("organisations", "application-accounts", "--tenant", str(FABRIKAM))
    assert "may connect" in showcase.command(*permit, "--allow")
    yield
    showcase.command(*permit, "--refuse")


def open_for(stage: Stage, mailbox: str) -> None:
    """Do as Fabrikam's administrators what the guide says; Exchange acts at once."""
    application = {
        "client_id": stage.environment["CLASSBELL_CLIENT_ID"],
        "tenant": str(FABRIKAM),
    }
    stage.control("POST", "/application-access", {"delay_seconds": 0})
    roles = {"roles": ["User.Read.All", "Place.Read.All"]}
    stage.control("POST", "/application-access/app-roles", application | roles)
    for role in ROLES:
        assigned = {"role": role, "mailboxes": [mailbox]}
        stage.control("POST", "/application-access/assignments", application | assigned)


@pytest.mark.usefixtures("allowed")
def test_a_shared_mailbox_is_guided_tried_saved_and_sends(home: Home) -> None:
    shared = an_account(
        home.stage, consented=False, licence=None, mailbox_kind="shared", account_enabled=False
    )
    closed = an_account(home.stage, consented=False)
    home.switched_on()
    home.dialog.get_by_text("an account that nobody signs in to").click()
    look(home, "application-offered")
    home.dialog.get_by_role("link", name=OFFER).click()
    page = home.page
    page.get_by_label("Mailbox that Classbell shall use").fill(shared)
    page.get_by_label("Mailbox that has to stay closed").fill(closed)
    page.get_by_role("button", name="Show the commands").click()
    commands = page.get_by_label("For a Privileged Role Administrator")
    for words in (shared, closed, "New-ManagementRoleAssignment", "Test-ServicePrincipal"):
        assert words in commands.input_value()
    look(home, "application-guide", width=320)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Let an administrator run the commands below.")).to_be_visible()
    look(home, "application-refused")

    open_for(home.stage, shared)
    page.get_by_role("button", name="Try it").click()

    expect(home.dialog.get_by_text("Mailbox tried.")).to_be_visible()
    expect(home.dialog.get_by_text(f"{closed}, which lies outside, is closed")).to_be_visible()
    look(home, "application-tried")
    home.save()
    assert home.confirmation(shared)
