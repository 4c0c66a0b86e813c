"""What clients read before they do anything: discovery, instance metadata, keys."""

import base64
import hashlib

import httpx2
import jwt
import pytest

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.entra.helpers import Application

NAMES = {
    "organizations": "{tenantid}",
    "common": "{tenantid}",
    CONTOSO.tenant_id: CONTOSO.tenant_id,
    CONTOSO.domain: CONTOSO.tenant_id,
}


def get(sandbox: Sandbox, address: str) -> httpx2.Response:
    with sandbox.browser() as client:
        return client.get(address)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_tenant_leads_to_the_same_places(live_sandbox: Sandbox, name: str) -> None:
    path = f"/{name}/v2.0/.well-known/openid-configuration"
    document = get(live_sandbox, live_sandbox.secure_url + path).json()
    assert document["issuer"] == f"{live_sandbox.secure_url}/{NAMES[name]}/v2.0"
    people, secure = f"{live_sandbox.people_url}/{name}", f"{live_sandbox.secure_url}/{name}"
    assert document["authorization_endpoint"] == f"{people}/oauth2/v2.0/authorize"
    assert document["token_endpoint"] == f"{secure}/oauth2/v2.0/token"
    assert document["jwks_uri"] == f"{secure}/discovery/v2.0/keys"
    assert document["end_session_endpoint"] == f"{people}/oauth2/v2.0/logout"
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert document["response_modes_supported"] == ["query", "fragment", "form_post"]


def test_an_unknown_tenant_has_no_document(live_sandbox: Sandbox) -> None:
    path = "/elsewhere.example/v2.0/.well-known/openid-configuration"
    response = get(live_sandbox, live_sandbox.secure_url + path)
    assert response.status_code == 400
    assert response.json()["error_codes"] == [90002]


def test_instance_discovery_knows_this_host_alone(live_sandbox: Sandbox) -> None:
    base = f"{live_sandbox.secure_url}/common/discovery/instance?api-version=1.1"
    own = f"&authorization_endpoint={live_sandbox.secure_url}/common/oauth2/v2.0/authorize"
    known = get(live_sandbox, base + own).json()
    assert known["metadata"][0]["preferred_network"] in live_sandbox.secure_url
    assert known["tenant_discovery_endpoint"].startswith(live_sandbox.secure_url)
    other = "&authorization_endpoint=https://evil.example/common/oauth2/v2.0/authorize"
    assert get(live_sandbox, base + other).json()["error"] == "invalid_instance"


def test_two_keys_are_published_with_their_certificates(live_sandbox: Sandbox) -> None:
    path = f"/{CONTOSO.tenant_id}/discovery/v2.0/keys"
    keys = get(live_sandbox, live_sandbox.secure_url + path).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) >= 2
    for key in keys:
        certificate = base64.b64decode(key["x5c"][0])
        thumbprint = hashlib.sha1(certificate, usedforsecurity=False).digest()
        assert base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode() == key["x5t"]
        assert (key["kty"], key["use"]) == ("RSA", "sig")
        assert key["issuer"] == f"{live_sandbox.secure_url}/{CONTOSO.tenant_id}/v2.0"


def test_a_rotation_signs_with_another_published_key_and_keeps_old_tokens_valid(
    live_sandbox: Sandbox,
) -> None:
    app = Application(live_sandbox)
    before = app.connect()
    live_sandbox.control.ask("POST", "/keys/rotate")
    after = app.refresh(before["refresh_token"]).json()
    old, new = (jwt.get_unverified_header(one["id_token"])["kid"] for one in (before, after))
    assert old != new
    path = f"/{CONTOSO.tenant_id}/discovery/v2.0/keys"
    listed = get(live_sandbox, live_sandbox.secure_url + path).json()["keys"]
    assert {old, new} <= {key["kid"] for key in listed}
    with live_sandbox.browser() as client:
        headers = {"Authorization": f"Bearer {before['access_token']}"}
        address = f"{live_sandbox.graph_url}/v1.0/me"
        assert client.get(address, headers=headers).status_code == 200
