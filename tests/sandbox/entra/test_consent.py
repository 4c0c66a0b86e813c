"""Consent: what the page asks, who may answer it, and what an answer is worth."""

from urllib.parse import urlencode

import pytest

from m365sandbox.testing import CONTOSO, Sandbox, SignInStopped
from m365sandbox.walking import Page, read_page
from tests.sandbox.entra.helpers import (
    CALENDAR,
    CALLBACK,
    COLLEAGUE,
    MAIL,
    ORGANISER,
    answer_of,
    authorize_address,
    sign_in,
)

ADMINISTRATOR = "it.admin@contoso.example"


def consent_page(sandbox: Sandbox, person: str, scope: str) -> Page:
    """Return the page a person reaches after the password."""
    with sandbox.browser() as browser:
        address = authorize_address(sandbox, scope=scope, login_hint=person)
        page = read_page(browser.get(address).text)
        form = {**page.fields, "password": "Pa55-sandbox"}
        return read_page(browser.post(sandbox.people_url + page.action, data=form).text)


# https://learn.microsoft.com/graph/permissions-reference
WORDS = {
    "User.Read": "Sign you in and read your profile",
    "Mail.Send": "Send mail as you",
    "Mail.Send.Shared": "Send mail on behalf of others or yourself",
    "Mail.ReadWrite": "Read and write access to your mail",
    "Calendars.ReadWrite": "Have full access to your calendars",
    "Calendars.ReadWrite.Shared": "Read and write to your and shared calendars",
    "Calendars.ReadBasic": "Read basic details of your calendars",
    "Place.Read.All": "Read all company places",
    "OnlineMeetings.ReadWrite": "Read and create your online meetings",
    "MailboxSettings.Read": "Read your mailbox settings",
    "LicenseAssignment.Read.All": "Read all license assignments",
    "Group.ReadWrite.All": "Read and write all groups",
    "offline_access": "Maintain access to data you have given it access to",
}


def test_the_page_words_permissions_as_microsoft_does(live_sandbox: Sandbox) -> None:
    page = consent_page(live_sandbox, ADMINISTRATOR, " ".join(WORDS))
    assert page.heading == "Permissions requested"
    for name, words in WORDS.items():
        assert f"{words} {name}" in page.text


def test_only_an_administrator_is_offered_the_box_for_the_organisation(
    live_sandbox: Sandbox,
) -> None:
    assert "organisation" not in consent_page(live_sandbox, COLLEAGUE, MAIL).offers
    page = consent_page(live_sandbox, ADMINISTRATOR, MAIL)
    assert "organisation" in page.offers
    assert "Consent on behalf of your organization" in page.text


def test_cancel_is_told_and_grants_nothing(live_sandbox: Sandbox) -> None:
    answer = sign_in(live_sandbox, COLLEAGUE, {"consent": "cancel"})
    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("AADSTS65004")
    assert answer["state"] == "kept-as-it-is"
    assert live_sandbox.control.ask("GET", "/grants")["grants"] == []


@pytest.mark.parametrize("organisation", [False, True])
def test_the_box_decides_whether_colleagues_are_asked(
    live_sandbox: Sandbox, *, organisation: bool
) -> None:
    sign_in(live_sandbox, ADMINISTRATOR, {"organisation": organisation}, scope=CALENDAR)
    if organisation:
        assert "code" in sign_in(live_sandbox, COLLEAGUE, {"consent": "cancel"}, scope=CALENDAR)
    else:
        with pytest.raises(SignInStopped, match="Need admin approval"):
            sign_in(live_sandbox, COLLEAGUE, scope=CALENDAR)


def test_the_box_in_a_forged_form_grants_nothing_to_others(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        address = authorize_address(live_sandbox, login_hint=COLLEAGUE)
        page = read_page(browser.get(address).text)
        form = {**page.fields, "password": "Pa55-sandbox"}
        page = read_page(browser.post(live_sandbox.people_url + page.action, data=form).text)
        form = {**page.fields, "answer": "accept", "organisation": "1"}
        browser.post(live_sandbox.people_url + page.action, data=form)
    (grant,) = live_sandbox.control.ask("GET", "/grants")["grants"]
    assert grant["consent_type"] == "Principal"


@pytest.mark.parametrize(
    ("policy", "scope", "allowed"),
    [
        ("microsoft-managed", MAIL, True),
        ("microsoft-managed", f"{MAIL} Calendars.ReadWrite", False),
        ("microsoft-managed", f"{MAIL} MailboxSettings.Read", False),
        ("microsoft-managed", f"{MAIL} Place.Read.All", False),
        ("legacy", f"{MAIL} Calendars.ReadWrite", True),
        ("legacy", f"{MAIL} Place.Read.All", False),
        ("low", "openid profile offline_access User.Read", True),
        ("low", MAIL, False),
        ("none", "openid profile", False),
    ],
)
def test_the_tenants_policy_says_what_people_may_consent_to(
    live_sandbox: Sandbox, policy: str, scope: str, *, allowed: bool
) -> None:
    live_sandbox.control.tenant(CONTOSO.domain, consent_policy=policy)
    page = consent_page(live_sandbox, COLLEAGUE, scope)
    assert page.heading == ("Permissions requested" if allowed else "Need admin approval")


def test_a_grant_for_one_person_made_by_an_administrator_spares_the_page(
    live_sandbox: Sandbox,
) -> None:
    live_sandbox.control.grant(*CALENDAR.split(), person=COLLEAGUE)
    assert "code" in sign_in(live_sandbox, COLLEAGUE, {"consent": "cancel"}, scope=CALENDAR)
    with pytest.raises(SignInStopped, match="Need admin approval"):
        sign_in(live_sandbox, "zoe.dubois@contoso.example", scope=CALENDAR)


def test_forcing_consent_asks_the_person_even_for_what_an_administrator_granted(
    live_sandbox: Sandbox,
) -> None:
    live_sandbox.control.grant(*CALENDAR.split())
    with pytest.raises(SignInStopped, match="Need admin approval"):
        sign_in(live_sandbox, COLLEAGUE, scope=CALENDAR, prompt="consent")


def test_an_administrator_may_take_over_on_the_approval_page(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        address = authorize_address(live_sandbox, scope=CALENDAR)
        with pytest.raises(SignInStopped, match="Have an admin account"):
            live_sandbox.sign_in_by_http(address, COLLEAGUE, browser=browser)
        page = read_page(browser.get(f"{address}&prompt=select_account").text)
        assert page.heading == "Pick an account"


@pytest.mark.parametrize("workflow", [False, True])
def test_who_returns_without_consent_brings_the_application_the_news(
    live_sandbox: Sandbox, *, workflow: bool
) -> None:
    live_sandbox.control.tenant(CONTOSO.domain, admin_consent_workflow=workflow)
    with live_sandbox.browser() as browser:
        address = authorize_address(live_sandbox, scope=CALENDAR, login_hint=COLLEAGUE)
        page = read_page(browser.get(address).text)
        base = live_sandbox.people_url
        form = {**page.fields, "password": "Pa55-sandbox"}
        page = read_page(browser.post(base + page.action, data=form).text)
        assert "Return to the application without granting consent" in page.text
        form = {**page.fields, "answer": "return"}
        answer = answer_of(browser.post(base + page.action, data=form).headers["location"])
    assert (answer["error"], answer["state"]) == ("access_denied", "kept-as-it-is")
    assert answer["error_description"].startswith("AADSTS90094: ")


def test_where_the_workflow_runs_people_can_ask_their_administrators(
    live_sandbox: Sandbox,
) -> None:
    live_sandbox.control.tenant(CONTOSO.domain, admin_consent_workflow=True)
    with live_sandbox.browser() as browser:
        address = authorize_address(live_sandbox, scope=CALENDAR, login_hint=COLLEAGUE)
        page = read_page(browser.get(address).text)
        base = live_sandbox.people_url
        form = {**page.fields, "password": "Pa55-sandbox"}
        page = read_page(browser.post(base + page.action, data=form).text)
        assert page.heading == "Approval required"
        form = {**page.fields, "reason": "Course invitations"}
        assert "Request sent" in browser.post(base + page.action, data=form).text
    (asked,) = live_sandbox.control.ask("GET", "/consent-requests")["consent_requests"]
    assert asked["reason"] == "Course invitations"


def test_an_unassigned_person_is_told_on_the_page(live_sandbox: Sandbox) -> None:
    path = f"/applications/{live_sandbox.client_id}/policy"
    live_sandbox.control.ask("POST", path, {"assignment_required_in": [CONTOSO.tenant_id]})
    with pytest.raises(SignInStopped, match="AADSTS50105"):
        sign_in(live_sandbox)


def admin_consent(sandbox: Sandbox, person: str, consent: str = "accept") -> dict[str, str]:
    given = {
        "client_id": sandbox.client_id,
        "redirect_uri": CALLBACK,
        "state": "st",
        "scope": CALENDAR,
    }
    address = f"{sandbox.people_url}/{CONTOSO.tenant_id}/v2.0/adminconsent?{urlencode(given)}"
    return answer_of(sandbox.sign_in_by_http(address, person, consent=consent))


def test_admin_consent_is_for_everybody_and_gives_no_code(live_sandbox: Sandbox) -> None:
    assert admin_consent(live_sandbox, ADMINISTRATOR) == {
        "admin_consent": "True",
        "tenant": CONTOSO.tenant_id,
        "scope": CALENDAR,
        "state": "st",
    }
    assert "code" in sign_in(live_sandbox, COLLEAGUE, {"consent": "cancel"}, scope=CALENDAR)


def test_admin_consent_cancelled_names_no_tenant(live_sandbox: Sandbox) -> None:
    answer = admin_consent(live_sandbox, ADMINISTRATOR, "cancel")
    assert answer["error"] == "access_denied"
    assert answer["admin_consent"] == "True"
    assert "tenant" not in answer


def test_admin_consent_is_not_for_others(live_sandbox: Sandbox) -> None:
    with pytest.raises(SignInStopped, match="Need admin approval"):
        admin_consent(live_sandbox, COLLEAGUE)


def test_the_older_admin_consent_grants_what_is_registered(live_sandbox: Sandbox) -> None:
    given = {"client_id": live_sandbox.client_id, "redirect_uri": CALLBACK, "state": "st"}
    address = f"{live_sandbox.people_url}/{CONTOSO.domain}/adminconsent?{urlencode(given)}"
    answer = answer_of(live_sandbox.sign_in_by_http(address, ORGANISER))
    assert answer == {"tenant": CONTOSO.tenant_id, "admin_consent": "True", "state": "st"}
    (grant,) = live_sandbox.control.ask("GET", "/grants")["grants"]
    assert (grant["consent_type"], "Place.Read.All" in grant["scopes"]) == ("AllPrincipals", True)


def test_the_older_admin_consent_has_its_own_word_for_cancel(live_sandbox: Sandbox) -> None:
    given = {"client_id": live_sandbox.client_id, "redirect_uri": CALLBACK, "state": "st"}
    address = f"{live_sandbox.people_url}/{CONTOSO.domain}/adminconsent?{urlencode(given)}"
    answer = answer_of(live_sandbox.sign_in_by_http(address, ORGANISER, consent="cancel"))
    assert (answer["error"], answer["state"]) == ("permission_denied", "st")
    assert answer["error_description"].startswith("AADSTS65004: ")
    assert "admin_consent" not in answer
