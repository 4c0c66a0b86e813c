"""What the token endpoint refuses: code, word, status and companions of each refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from m365sandbox.testing import FABRIKAM, Sandbox
from tests.sandbox.entra.helpers import (
    COLLEAGUE,
    MAIL,
    ORGANISER,
    VERIFIER,
    Application,
    sign_in,
)


@dataclass(frozen=True)
class Refusal:
    """What is asked, and what the answer must say."""

    name: str
    ask: Callable[[Application], httpx2.Response]
    code: int
    error: str
    status: int = 400
    suberror: str | None = None
    has_uri: bool = True


def code_with(**changes: str | None) -> Callable[[Application], httpx2.Response]:
    """Redeem a good code in a way changed by `changes`."""
    return lambda app: app.redeem(sign_in(app.sandbox)["code"], **changes)


def after(change: Callable[[Sandbox], object]) -> Callable[[Application], httpx2.Response]:
    """Connect, let something happen, and refresh."""

    def ask(app: Application) -> httpx2.Response:
        token = app.connect()["refresh_token"]
        change(app.sandbox)
        return app.refresh(token)

    return ask


def twice(app: Application) -> httpx2.Response:
    code = sign_in(app.sandbox)["code"]
    assert app.redeem(code).status_code == 200
    return app.redeem(code)


def too_late(app: Application) -> httpx2.Response:
    code = sign_in(app.sandbox)["code"]
    app.sandbox.control.advance(timedelta(seconds=601))
    return app.redeem(code)


def expired_secret(app: Application) -> httpx2.Response:
    app.sandbox.control.expire_secrets()
    return app.refresh("1.Aanything")


def disabled_application(app: Application) -> httpx2.Response:
    path = f"/applications/{app.sandbox.client_id}/policy"
    app.sandbox.control.ask("POST", path, {"is_enabled": False})
    return app.refresh("1.Aanything")


def more_scope(app: Application) -> httpx2.Response:
    token = app.connect(person=COLLEAGUE)["refresh_token"]
    return app.refresh(token, scope=f"{MAIL} Calendars.ReadWrite")


def switch(name: str, **settings: object) -> Callable[[Application], httpx2.Response]:
    return after(lambda sandbox: sandbox.control.person(ORGANISER, name, **settings))


def mfa_later(app: Application) -> httpx2.Response:
    token = app.connect(person=COLLEAGUE)["refresh_token"]
    app.sandbox.control.person(COLLEAGUE, "mfa", on=True)
    return app.refresh(token)


def by_get(app: Application) -> httpx2.Response:
    with app.sandbox.browser() as client:
        return client.get(f"{app.sandbox.secure_url}/common/oauth2/v2.0/token")


UNKNOWN = "99999999-9999-4999-8999-999999999999"
ASSERTED = "https://graph.microsoft.com/Mail.Send"
REFUSALS = [
    Refusal("another method", by_get, 900561, "invalid_request"),
    Refusal("no grant type", lambda app: app.post(), 900144, "invalid_request"),
    Refusal(
        "unknown grant type",
        lambda app: app.post(grant_type="password"),
        70003,
        "unsupported_grant_type",
        has_uri=False,
    ),
    Refusal(
        "unknown tenant",
        lambda app: app.post(UNKNOWN, grant_type="refresh_token"),
        90002,
        "invalid_request",
    ),
    Refusal(
        "client id that is no GUID",
        lambda app: app.refresh("1.A", client_id="classbell"),
        700038,
        "unauthorized_client",
        has_uri=False,
    ),
    Refusal(
        "unknown client",
        lambda app: app.refresh("1.A", client_id=UNKNOWN),
        700016,
        "unauthorized_client",
    ),
    Refusal("disabled client", disabled_application, 7000112, "unauthorized_client"),
    Refusal(
        "no secret",
        lambda app: app.refresh("1.A", client_secret=None),
        7000218,
        "invalid_client",
        401,
    ),
    Refusal(
        "wrong secret",
        lambda app: app.refresh("1.A", client_secret="guess"),
        7000215,
        "invalid_client",
        401,
    ),
    Refusal("expired secret", expired_secret, 7000222, "invalid_client", 401),
    Refusal("unknown code", lambda app: app.redeem("1.Anothing"), 70000, "invalid_grant"),
    Refusal("code used twice", twice, 54005, "invalid_grant"),
    Refusal("code too old", too_late, 70008, "invalid_grant"),
    Refusal(
        "wrong verifier",
        code_with(code_verifier=VERIFIER[::-1]),
        501481,
        "invalid_grant",
    ),
    Refusal("short verifier", code_with(code_verifier="short"), 501481, "invalid_grant"),
    Refusal("no verifier", code_with(code_verifier=None), 900144, "invalid_request"),
    Refusal(
        "other redirect address",
        code_with(redirect_uri="http://localhost:8000/signin/callback"),
        50011,
        "invalid_grant",
    ),
    Refusal(
        "another tenant",
        lambda app: app.redeem(sign_in(app.sandbox)["code"], FABRIKAM.tenant_id),
        700005,
        "invalid_grant",
    ),
    Refusal("unknown scope", code_with(scope="Mail.Fly"), 70011, "invalid_scope"),
    Refusal(
        "other resource",
        code_with(scope="https://vault.azure.net/user_impersonation"),
        500011,
        "invalid_resource",
    ),
    Refusal("forged refresh token", lambda app: app.refresh("1.Aforged"), 70000, "invalid_grant"),
    Refusal(
        "unused for 90 days",
        after(lambda sandbox: sandbox.control.advance(timedelta(days=91))),
        700082,
        "invalid_grant",
    ),
    Refusal("admin reset", switch("reset-password"), 50173, "invalid_grant", 400, "bad_token"),
    Refusal("revoked", switch("revoke-sessions"), 50173, "invalid_grant", 400, "bad_token"),
    Refusal("disabled", switch("disable"), 50057, "invalid_grant"),
    Refusal(
        "deleted",
        after(lambda sandbox: sandbox.control.delete_person(ORGANISER)),
        50034,
        "invalid_grant",
        400,
        "bad_token",
    ),
    Refusal(
        "consent withdrawn",
        switch("withdraw-consent"),
        65001,
        "invalid_grant",
        400,
        "consent_required",
    ),
    Refusal("never consented", more_scope, 65001, "invalid_grant", suberror="consent_required"),
    Refusal("second factor needed", mfa_later, 50076, "invalid_grant", 400, "basic_action"),
    Refusal(
        "blocked by policy",
        switch("conditional-access", on=True),
        53003,
        "invalid_grant",
        400,
        "message_only",
    ),
    Refusal(
        "named scope for an application",
        lambda app: app.post(grant_type="client_credentials", scope=ASSERTED),
        1002012,
        "invalid_scope",
    ),
    Refusal(
        "application token where nobody consented",
        lambda app: app.post(
            FABRIKAM.tenant_id,
            grant_type="client_credentials",
            scope="https://graph.microsoft.com/.default",
        ),
        700016,
        "unauthorized_client",
    ),
    Refusal(
        "application token without a tenant",
        lambda app: app.post(
            "common",
            grant_type="client_credentials",
            scope="https://graph.microsoft.com/.default",
        ),
        50059,
        "invalid_request",
    ),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_refusal(live_sandbox: Sandbox, case: Refusal) -> None:
    response = case.ask(Application(live_sandbox))
    body = response.json()
    assert (body["error_codes"], body["error"]) == ([case.code], case.error)
    assert response.status_code == case.status
    assert body.get("suberror") == case.suberror
    assert body["error_description"].startswith(f"AADSTS{case.code}: ")
    assert body["trace_id"] in body["error_description"]
    assert body["correlation_id"] in body["error_description"]
    assert body["error_description"].endswith(f"Timestamp: {body['timestamp']}")
    uri = f"{live_sandbox.people_url}/error?code={case.code}" if case.has_uri else None
    assert body.get("error_uri") == uri
    assert response.headers["cache-control"] == "no-store, no-cache"
    assert response.headers["x-ms-clitelem"].startswith(f"1,{case.code},")


def test_a_demand_for_a_second_factor_carries_the_claims_to_send_on(
    live_sandbox: Sandbox,
) -> None:
    body: dict[str, Any] = mfa_later(Application(live_sandbox)).json()
    assert '"capolids"' in body["claims"]


@pytest.mark.parametrize("change", ["change-password", "disable-and-enable", "sign-out"])
def test_what_leaves_a_web_applications_refresh_token_alone(
    live_sandbox: Sandbox, change: str
) -> None:
    app = Application(live_sandbox)
    token = app.connect()["refresh_token"]
    if change == "change-password":
        live_sandbox.control.person(ORGANISER, "change-password", password="new")
    elif change == "disable-and-enable":
        live_sandbox.control.person(ORGANISER, "disable")
        live_sandbox.control.person(ORGANISER, "enable")
    else:
        with live_sandbox.browser() as browser:
            browser.get(f"{live_sandbox.people_url}/common/oauth2/v2.0/logout")
    assert app.refresh(token).status_code == 200
