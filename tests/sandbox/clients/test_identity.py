"""azure-identity signs in at the sandbox: secret and authorization code."""

import pytest

pytest.importorskip("azure.identity", reason="not installed; run make clients-test")

import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthorizationCodeCredential,
    ClientSecretCredential,
)

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.clients.support import (
    CALLBACK,
    DEFAULT,
    ORGANISER,
    Clients,
    code_for,
    settings_of,
)


def by_code(sandbox: Sandbox, code: str) -> AuthorizationCodeCredential:
    return AuthorizationCodeCredential(
        CONTOSO.tenant_id,
        sandbox.client_id,
        code,
        CALLBACK,
        client_secret=sandbox.client_secret,
        **settings_of(sandbox),
    )


def claims_of(token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_secret_gives_an_application_its_own_token(live_sandbox: Sandbox) -> None:
    with ClientSecretCredential(
        CONTOSO.tenant_id,
        live_sandbox.client_id,
        live_sandbox.client_secret,
        **settings_of(live_sandbox),
    ) as credential:
        given = credential.get_token(DEFAULT)
        assert credential.get_token(DEFAULT).token == given.token
    claims = claims_of(given.token)
    assert claims["idtyp"] == "app"
    assert "scp" not in claims


def test_an_expired_secret_is_told_with_its_code(live_sandbox: Sandbox) -> None:
    live_sandbox.control.expire_secrets()
    with (
        ClientSecretCredential(
            CONTOSO.tenant_id,
            live_sandbox.client_id,
            live_sandbox.client_secret,
            **settings_of(live_sandbox),
        ) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000222"),
    ):
        credential.get_token(DEFAULT)


def test_a_code_gives_a_persons_token_and_is_renewed_by_itself(live_sandbox: Sandbox) -> None:
    with by_code(live_sandbox, code_for(live_sandbox)) as credential:
        first = credential.get_token(DEFAULT)
        claims = claims_of(first.token)
        assert claims["upn"] == ORGANISER
        assert "Mail.Send" in str(claims["scp"]).split()
        again = credential.get_token(DEFAULT, claims='{"access_token":{"nbf":{"essential":true}}}')
        assert again.token != first.token


def test_a_code_works_once(live_sandbox: Sandbox) -> None:
    code = code_for(live_sandbox)
    with by_code(live_sandbox, code) as credential:
        credential.get_token(DEFAULT)
    with (
        by_code(live_sandbox, code) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS54005"),
    ):
        credential.get_token(DEFAULT)


def test_graph_takes_the_token_that_azure_identity_got(
    live_sandbox: Sandbox, clients: Clients
) -> None:
    with by_code(live_sandbox, code_for(live_sandbox)) as credential:
        client = clients.of(credential)
        me = client.wait(client.graph.me.get())
    assert me is not None
    assert me.user_principal_name == ORGANISER
