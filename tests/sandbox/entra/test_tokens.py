"""The tokens themselves: real signatures, documented claims, and when they stop to count."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx2
import jwt
import pytest

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.entra.helpers import COLLEAGUE, MAIL, ORGANISER, Application, sign_in

CP1 = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'


def verified(sandbox: Sandbox, token: str, audience: str) -> dict[str, Any]:
    """Return a token's claims, checked with the published key as any client would."""
    with sandbox.browser() as client:
        address = f"{sandbox.secure_url}/{CONTOSO.tenant_id}/discovery/v2.0/keys"
        keys = jwt.PyJWKSet.from_dict(client.get(address).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=audience)
    return claims


def me(sandbox: Sandbox, token: str) -> httpx2.Response:
    with sandbox.browser() as client:
        address = f"{sandbox.graph_url}/v1.0/me"
        return client.get(address, headers={"Authorization": f"Bearer {token}"})


def test_id_token_says_who_signed_in(live_sandbox: Sandbox) -> None:
    tokens = Application(live_sandbox).connect()
    claims = verified(live_sandbox, tokens["id_token"], live_sandbox.client_id)
    assert claims["iss"] == f"{live_sandbox.secure_url}/{CONTOSO.tenant_id}/v2.0"
    assert claims["tid"] == CONTOSO.tenant_id
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["ver"] == "2.0"
    assert claims["name"] == "Contoso Learning"
    assert claims["preferred_username"] == ORGANISER
    assert {"sub", "oid", "uti", "rh", "aio", "sid", "nbf"} <= set(claims)
    assert "amr" not in claims


def test_object_id_is_the_one_graph_knows_and_subject_is_not(live_sandbox: Sandbox) -> None:
    tokens = Application(live_sandbox).connect()
    claims = verified(live_sandbox, tokens["id_token"], live_sandbox.client_id)
    assert me(live_sandbox, tokens["access_token"]).json()["id"] == claims["oid"]
    assert claims["sub"] != claims["oid"]


def test_access_token_lists_what_was_consented_to(live_sandbox: Sandbox) -> None:
    tokens = Application(live_sandbox).connect()
    claims = verified(live_sandbox, tokens["access_token"], "https://graph.microsoft.com")
    assert {"User.Read", "Mail.Send"} <= set(claims["scp"].split())
    assert claims["appid"] == live_sandbox.client_id
    assert 3600 <= claims["exp"] - claims["iat"] <= 5400
    assert "Mail.Send" in tokens["scope"].split()
    assert "offline_access" not in tokens["scope"]


def test_scopes_come_back_as_they_were_written(live_sandbox: Sandbox) -> None:
    scope = "openid https://graph.microsoft.com/User.Read https://graph.microsoft.com/mail.send"
    code = sign_in(live_sandbox, scope=scope)["code"]
    tokens = Application(live_sandbox).redeem(code).json()
    assert tokens["scope"].split() == [
        "openid",
        "https://graph.microsoft.com/Mail.Send",
        "https://graph.microsoft.com/User.Read",
    ]


@pytest.mark.parametrize(
    ("scope", "absent"),
    [("User.Read offline_access", "id_token"), ("openid User.Read", "refresh_token")],
)
def test_no_token_comes_that_was_not_asked_for(
    live_sandbox: Sandbox, scope: str, absent: str
) -> None:
    code = sign_in(live_sandbox, scope=scope)["code"]
    assert absent not in Application(live_sandbox).redeem(code).json()


def test_names_need_the_scope_profile(live_sandbox: Sandbox) -> None:
    code = sign_in(live_sandbox, scope="openid User.Read")["code"]
    tokens = Application(live_sandbox).redeem(code).json()
    claims = verified(live_sandbox, tokens["id_token"], live_sandbox.client_id)
    assert not {"name", "oid", "preferred_username"} & set(claims)


def test_client_info_names_account_and_tenant(live_sandbox: Sandbox) -> None:
    answer = sign_in(live_sandbox, client_info="1")
    tokens = Application(live_sandbox).redeem(answer["code"], client_info="1").json()
    assert tokens["client_info"] == answer["client_info"]
    info = json.loads(base64.urlsafe_b64decode(tokens["client_info"] + "=="))
    assert info["utid"] == CONTOSO.tenant_id


def test_a_refresh_gives_a_new_token_and_the_old_one_lives_on(live_sandbox: Sandbox) -> None:
    app = Application(live_sandbox)
    first = app.connect()["refresh_token"]
    second = app.refresh(first).json()["refresh_token"]
    assert second != first
    assert app.refresh(first).status_code == 200
    assert app.refresh(second).status_code == 200


def test_ninety_days_slide_with_each_use(live_sandbox: Sandbox) -> None:
    app = Application(live_sandbox)
    token = app.connect()["refresh_token"]
    for _ in range(3):
        live_sandbox.control.advance(timedelta(days=80))
        token = app.refresh(token).json()["refresh_token"]


def test_secret_may_come_in_the_basic_header(live_sandbox: Sandbox) -> None:
    code = sign_in(live_sandbox)["code"]
    packed = base64.b64encode(f"{live_sandbox.client_id}:{live_sandbox.client_secret}".encode())
    form = {
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
        "code": code,
    }
    with live_sandbox.browser() as client:
        address = f"{live_sandbox.secure_url}/{CONTOSO.tenant_id}/oauth2/v2.0/token"
        headers = {"Authorization": f"Basic {packed.decode()}"}
        response = client.post(address, data=form, headers=headers)
    assert response.status_code == 200
    assert response.headers["p3p"]
    assert response.headers["strict-transport-security"]


def test_an_expired_access_token_is_refused_by_the_sandboxs_clock(live_sandbox: Sandbox) -> None:
    tokens = Application(live_sandbox).connect()
    assert me(live_sandbox, tokens["access_token"]).status_code == 200
    live_sandbox.control.advance(timedelta(minutes=91))
    refused = me(live_sandbox, tokens["access_token"])
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"


@pytest.mark.parametrize("token", ["x", "not-a-token", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused_in_graphs_words(live_sandbox: Sandbox, token: str) -> None:
    refused = me(live_sandbox, token)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_an_id_token_opens_nothing_at_graph(live_sandbox: Sandbox) -> None:
    assert me(live_sandbox, Application(live_sandbox).connect()["id_token"]).status_code == 401


def test_a_client_with_continuous_access_is_challenged_after_a_password_change(
    live_sandbox: Sandbox,
) -> None:
    app = Application(live_sandbox)
    code = sign_in(live_sandbox, COLLEAGUE, scope=MAIL, claims=CP1)["code"]
    tokens = app.redeem(code).json()
    assert tokens["expires_in"] >= 20 * 3600
    assert tokens["refresh_in"] == tokens["expires_in"] // 2
    assert me(live_sandbox, tokens["access_token"]).status_code == 200
    live_sandbox.control.person(COLLEAGUE, "change-password", password="another")
    refused = me(live_sandbox, tokens["access_token"])
    challenge = refused.headers["www-authenticate"]
    assert refused.status_code == 401
    assert 'error="insufficient_claims"' in challenge
    claims = base64.b64decode(challenge.split('claims="')[1].rstrip('"')).decode()
    assert '"nbf"' in claims
    fresh = app.refresh(tokens["refresh_token"], claims=claims).json()
    assert me(live_sandbox, fresh["access_token"]).status_code == 200


def test_a_client_without_it_keeps_its_token_until_it_expires(live_sandbox: Sandbox) -> None:
    tokens = Application(live_sandbox).connect()
    live_sandbox.control.person(ORGANISER, "revoke-sessions")
    assert me(live_sandbox, tokens["access_token"]).status_code == 200


def test_userinfo_tells_what_the_scopes_allow(live_sandbox: Sandbox) -> None:
    tokens = Application(live_sandbox).connect()
    with live_sandbox.browser() as client:
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        body = client.get(f"{live_sandbox.secure_url}/oidc/userinfo", headers=headers).json()
    assert body["name"] == "Contoso Learning"
    assert "email" not in body
