"""The sign-in pages: who is asked what, and what the application is told."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest

from m365sandbox.testing import FABRIKAM, Sandbox, SignInStopped
from m365sandbox.walking import read_page
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


def show(sandbox: Sandbox, browser: httpx2.Client, **changes: str | None) -> httpx2.Response:
    return browser.get(authorize_address(sandbox, **changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "http://localhost:8000/connect/callback/"}, 50011),
        ({"redirect_uri": "https://evil.example/"}, 50011),
        ({"redirect_uri": None}, 900144),
        ({"client_id": None}, 900144),
        ({"client_id": "classbell"}, 700038),
        ({"client_id": "99999999-9999-4999-8999-999999999999"}, 700016),
        ({"tenant": "nowhere.example"}, 90002),
    ],
)
def test_where_nobody_can_be_called_back_the_error_stays_on_the_sandboxs_page(
    live_sandbox: Sandbox, changes: dict[str, str | None], code: int
) -> None:
    with live_sandbox.browser() as browser:
        response = show(live_sandbox, browser, **changes)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert f"AADSTS{code}" in response.text


def test_of_localhost_the_port_does_not_count(live_sandbox: Sandbox) -> None:
    for address, status in (
        ("http://localhost:4711/connect/callback", 200),
        ("http://localhost/connect/callback", 200),
        ("http://localhost:4711/elsewhere", 400),
        ("https://localhost:4711/connect/callback", 400),
        ("http://localhost:8000@evil.example/connect/callback", 400),
        ("http://127.0.0.1:8000/connect/callback", 400),
    ):
        with live_sandbox.browser() as browser:
            assert show(live_sandbox, browser, redirect_uri=address).status_code == status, address


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"response_type": None}, "invalid_request", 900144),
        ({"response_type": "token"}, "unsupported_response_type", 700054),
        ({"response_mode": "telepathy"}, "invalid_request", 90023),
        ({"scope": None}, "invalid_request", 900144),
        ({"scope": "Mail.Fly"}, "invalid_scope", 70011),
        ({"scope": "https://vault.azure.net/.default"}, "invalid_resource", 500011),
        ({"prompt": "please"}, "invalid_request", 90023),
        ({"prompt": "select_account", "login_hint": ORGANISER}, "invalid_request", 90023),
        ({"code_challenge_method": "S512"}, "invalid_request", 90023),
        ({"claims": "[1]"}, "invalid_request", 9002313),
        ({"prompt": "none"}, "login_required", 50058),
    ],
)
def test_the_application_is_told_what_is_wrong_with_its_request(
    live_sandbox: Sandbox, changes: dict[str, str | None], error: str, code: int
) -> None:
    with live_sandbox.browser() as browser:
        response = show(live_sandbox, browser, **changes)
    assert response.headers["location"].startswith(CALLBACK + "?")
    answer = answer_of(response.headers["location"])
    assert answer["error"] == error
    assert answer["error_description"].startswith(f"AADSTS{code}:")
    assert answer["state"] == "kept-as-it-is"


def test_success_returns_code_and_state_and_nothing_secret_else(live_sandbox: Sandbox) -> None:
    answer = sign_in(live_sandbox)
    assert sorted(answer) == ["code", "session_state", "state"]
    assert answer["state"] == "kept-as-it-is"


def test_form_post_carries_the_answer_in_a_form(live_sandbox: Sandbox) -> None:
    assert "code" in sign_in(live_sandbox, response_mode="form_post")


def test_fragment_carries_the_answer_behind_the_hash(live_sandbox: Sandbox) -> None:
    address = authorize_address(live_sandbox, response_mode="fragment")
    back = urlsplit(live_sandbox.sign_in_by_http(address, ORGANISER))
    assert back.fragment.startswith("code=")
    assert not back.query


def test_a_browser_that_signed_in_is_known_the_next_time(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        for changes in ({}, {"prompt": "none"}, {"login_hint": ORGANISER}):
            again = show(live_sandbox, browser, **changes)
            assert "code" in answer_of(again.headers["location"])


def test_prompt_login_asks_for_the_password_again(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        page = read_page(show(live_sandbox, browser, prompt="login").text)
        assert page.heading == "Sign in"
        page = read_page(show(live_sandbox, browser, prompt="login", login_hint=ORGANISER).text)
        assert page.heading == "Enter password"


def test_select_account_offers_the_known_accounts_and_another(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        text = read_page(show(live_sandbox, browser, prompt="select_account").text).text
    assert "Pick an account" in text
    assert ORGANISER in text
    assert "Use another account" in text


def test_two_known_accounts_are_a_choice_and_no_silent_answer(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        sign_in(live_sandbox, COLLEAGUE, {"browser": browser}, prompt="login")
        assert read_page(show(live_sandbox, browser).text).heading == "Pick an account"
        silent = answer_of(show(live_sandbox, browser, prompt="none").headers["location"])
    assert silent["error"] == "interaction_required"
    assert silent["error_description"].startswith("AADSTS16000")


def test_a_login_hint_spares_the_address(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        page = read_page(show(live_sandbox, browser, login_hint=COLLEAGUE).text)
    assert page.heading == "Enter password"
    assert COLLEAGUE in page.text


@pytest.mark.parametrize(
    ("person", "answers", "told"),
    [
        ("nobody@contoso.example", {}, "couldn't find an account"),
        (COLLEAGUE, {"password": "wrong"}, "account or password is incorrect"),
        (ORGANISER, {"approves": False}, "was denied"),
        ("info@contoso.example", {}, "AADSTS50057"),
    ],
)
def test_a_person_who_cannot_sign_in_is_told_on_the_page(
    live_sandbox: Sandbox, person: str, answers: dict[str, object], told: str
) -> None:
    with pytest.raises(SignInStopped, match=told):
        sign_in(live_sandbox, person, answers)


def test_an_account_of_another_organisation_is_refused_to_the_application(
    live_sandbox: Sandbox,
) -> None:
    answer = sign_in(live_sandbox, "rosa.fabri@fabrikam.example")
    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("AADSTS50020")


def test_organizations_serves_every_organisation(live_sandbox: Sandbox) -> None:
    for person in (COLLEAGUE, "rosa.fabri@fabrikam.example"):
        assert "code" in sign_in(live_sandbox, person, tenant="organizations")


def test_a_second_factor_is_asked_where_the_account_needs_it(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        page = read_page(show(live_sandbox, browser, login_hint=ORGANISER).text)
        form = {**page.fields, "password": "Pa55-sandbox"}
        answer = browser.post(live_sandbox.people_url + page.action, data=form)
    page = read_page(answer.text)
    assert page.heading == "Approve sign in request"
    assert page.text.count(page.text.split("Number: ")[1][:2]) >= 2


def test_a_form_from_another_browser_changes_nothing(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser, live_sandbox.browser() as thief:
        page = read_page(show(live_sandbox, browser, login_hint=COLLEAGUE).text)
        form = {**page.fields, "password": "Pa55-sandbox"}
        stolen = thief.post(live_sandbox.people_url + page.action, data=form)
        assert "AADSTS50089" in stolen.text
        assert (
            "Permissions requested"
            in browser.post(live_sandbox.people_url + page.action, data=form).text
        )


def test_a_page_sent_twice_gives_two_codes_rather_than_an_error(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, COLLEAGUE, {"browser": browser})
        page = read_page(show(live_sandbox, browser, prompt="consent").text)
        form = {**page.fields, "answer": "accept"}
        address = live_sandbox.people_url + page.action
        codes = {
            answer_of(browser.post(address, data=form).headers["location"])["code"]
            for _ in range(2)
        }
    assert len(codes) == 2


def test_pages_are_marked_and_run_nothing_of_strangers(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        response = show(live_sandbox, browser, scope=CALENDAR)
    assert "This is not Microsoft" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://localhost:8000" in policy
    assert "<script" not in response.text
    assert "style=" not in response.text


def test_signing_out_forgets_the_browser(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        base = f"{live_sandbox.people_url}/common/oauth2/v2.0/logout"
        elsewhere = browser.get(f"{base}?post_logout_redirect_uri=https://evil.example/")
        assert "You signed out" in elsewhere.text
        assert read_page(show(live_sandbox, browser).text).heading == "Sign in"
        back = browser.get(f"{base}?post_logout_redirect_uri={CALLBACK}&state=s1")
        assert back.headers["location"] == f"{CALLBACK}?state=s1"


def test_signing_out_by_a_form_is_signing_out(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        address = f"{live_sandbox.people_url}/common/oauth2/v2.0/logout"
        form = {"post_logout_redirect_uri": CALLBACK, "state": "s2"}
        assert browser.post(address, data=form).headers["location"] == f"{CALLBACK}?state=s2"
        assert read_page(show(live_sandbox, browser).text).heading == "Sign in"


def test_who_proved_themselves_too_long_ago_is_asked_again(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, COLLEAGUE, {"browser": browser})
        live_sandbox.control.advance(timedelta(minutes=10))
        assert "code" in sign_in(live_sandbox, COLLEAGUE, {"browser": browser}, max_age="900")
        asked = show(live_sandbox, browser, max_age="300")
        assert read_page(asked.text).heading == "Enter password"
        silent = show(live_sandbox, browser, max_age="300", prompt="none")
        assert answer_of(silent.headers["location"])["error"] == "login_required"
        nonsense = show(live_sandbox, browser, max_age="soon")
        assert answer_of(nonsense.headers["location"])["error"] == "invalid_request"


def test_revoked_sessions_end_the_browsers_too(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        sign_in(live_sandbox, answers={"browser": browser})
        live_sandbox.control.person(ORGANISER, "reset-password", password="new-one")
        assert read_page(show(live_sandbox, browser).text).heading == "Sign in"
        answer = sign_in(live_sandbox, answers={"browser": browser, "password": "new-one"})
    assert "code" in answer


def test_every_code_has_a_page_that_explains_it(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        assert "revoked" in browser.get(f"{live_sandbox.people_url}/error?code=50173").text
        assert browser.get(f"{live_sandbox.people_url}/error?code=1").status_code == 404


def test_the_strangers_tenant_has_its_own_people(live_sandbox: Sandbox) -> None:
    answer = sign_in(live_sandbox, "training@fabrikam.example", tenant=FABRIKAM.domain, scope=MAIL)
    assert "code" in answer
