"""The article's sentences about consent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.article.home import (
    FULL,
    MICROSOFT_CONSENT,
    SIGN_IN_SCOPES,
    Home,
    a_catalog,
    an_account,
    consent,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ORGANISATION = "Consent on behalf of your organization"


def asked(home: Home, account: str) -> None:
    """Leave for Microsoft and see its page of consent."""
    home.switched_on()
    home.leave(account)
    expect(home.page.get_by_role("heading", level=1)).to_have_text(MICROSOFT_CONSENT)


def not_asked(home: Home, account: str) -> None:
    """Leave for Microsoft and come straight back."""
    home.switched_on()
    home.leave(account)
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()


def test_the_first_time_permissions_have_to_be_consented_to(home: Home) -> None:
    asked(home, an_account(home.stage, consented=False, administrator=True))
    home.accept()


@pytest.mark.parametrize(
    "permission",
    [
        "Send mail as you",
        "Read all company places",
        "Have full access to your calendars",
        "Sign you in and read your profile",
        "Maintain access to data you have given it access to",
    ],
    ids=["email", "rooms", "events and meetings", "basic profile", "refresh tokens"],
)
def test_consent_covers(home: Home, permission: str) -> None:
    asked(home, an_account(home.stage, consented=False, administrator=True))
    expect(home.page.get_by_text(permission)).to_be_visible()


def test_the_organisations_settings_decide_who_can_consent(home: Home) -> None:
    account = an_account(home.stage, consented=False)
    home.switched_on()
    home.page.get_by_role("button", name="Connect", exact=True).click()
    home.page.get_by_label("Email address").fill(account)
    home.page.get_by_role("button", name="Next").click()
    home.page.get_by_label("Password").fill("Pa55-sandbox")
    home.page.get_by_role("button", name="Sign in").click()
    expect(home.page.get_by_role("heading", level=1)).to_have_text("Need admin approval")
    # Nobody is sent back from there; the panel knows it.
    home.panel()
    expect(home.toggle).to_be_checked()
    expect(home.dialog.get_by_text("Back without an account?")).to_be_visible()
    expect(home.dialog.get_by_role("button", name="Ask for approval")).to_be_visible()


def test_consent_for_the_organisation_is_not_asked_for_again(home: Home, no_traces: None) -> None:
    asked(home, an_account(home.stage, consented=False, administrator=True))
    home.page.get_by_label(ORGANISATION).check()
    home.accept()
    home.save()
    not_asked(home_again(home), an_account(home.stage, consented=False))


def test_permissions_are_not_requested_again_for_the_same_account(home: Home) -> None:
    account = an_account(home.stage, consented=False, administrator=True)
    asked(home, account)
    home.accept()
    home.save()
    home.panel()
    home.leave(account, "Change account")
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()


def test_a_new_account_is_asked_unless_the_organisation_consented(
    home: Home, no_traces: None
) -> None:
    asked(home, an_account(home.stage, consented=False, administrator=True))
    home.accept()
    home.save()
    other = an_account(home.stage, consented=False, administrator=True)
    home.panel()
    home.leave(other, "Change account")
    expect(home.page.get_by_role("heading", level=1)).to_have_text(MICROSOFT_CONSENT)
    consent(home.stage, [*SIGN_IN_SCOPES, *FULL])
    not_asked(home_again(home), an_account(home.stage, consented=False))


def test_outdated_consent_is_updated_once(home: Home) -> None:
    account = an_account(home.stage, consented=False, administrator=True)
    consent(home.stage, [*SIGN_IN_SCOPES, "User.Read", "Mail.Send"], person=account)
    home.switched_on()
    home.leave(account, "Start with email only (no administrator needed)")
    home.save()
    home.panel()
    home.leave(account, "Consent")
    expect(home.page.get_by_role("heading", level=1)).to_have_text(MICROSOFT_CONSENT)
    home.accept()
    home.save()
    home.panel()
    rooms = home.dialog.get_by_role("listitem").filter(has_text="Room booking")
    expect(rooms.get_by_text("Ready")).to_be_visible()
    expect(home.page.get_by_role("button", name="Consent", exact=True)).to_have_count(0)


def test_a_changed_password_is_mended_by_signing_in_again(home: Home, account: str) -> None:
    home.connect(account)
    home.stage.control("POST", f"/people/{account}/reset-password")
    home.page.goto(f"{home.base}/catalogs/{home.slug}/connection")
    home.stage.advance(2 * 3600)
    home.page.get_by_role("button", name="Check now").click()
    home.page.goto(f"{home.base}/catalogs/{home.slug}")
    home.leave(account, "Reconnect")
    expect(home.dialog.get_by_text("Account signed in.")).to_be_visible()
    home.save()
    expect(home.page.get_by_text(f"This catalog sends as {account}.")).to_be_visible()


def home_again(home: Home) -> Home:
    """Return the same window on another catalog of its own."""
    return Home(home.stage, home.walker, a_catalog(home.stage, home.walker))
