"""msal proves an application by certificate and by another issuer, as it signs by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import jwt
import msal
import pytest

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.entra.credentials import (
    certificate_of,
    issued,
    new_key,
    pem_of,
    register_certificate,
    thumbprint_of,
    trust_issuer,
)
from tests.sandbox.entra.helpers import CALLBACK, COLLEAGUE, answer_of

DEFAULT = ["https://graph.microsoft.com/.default"]


@contextmanager
def application(sandbox: Sandbox, credential: Any) -> Iterator[msal.ConfidentialClientApplication]:
    made = msal.ConfidentialClientApplication(
        sandbox.client_id,
        client_credential=credential,
        authority=sandbox.authority(CONTOSO.tenant_id),
        instance_discovery=False,
        verify=str(sandbox.ca_file),
    )
    yield made
    made.http_client.http_client.close()


def token_for(sandbox: Sandbox, credential: Any) -> dict[str, Any]:
    with application(sandbox, credential) as made:
        result: dict[str, Any] = made.acquire_token_for_client(DEFAULT)
        return result


def test_a_certificate_proves_the_application_by_either_signature(live_sandbox: Sandbox) -> None:
    key = new_key()
    certificate = certificate_of(key)
    register_certificate(live_sandbox, certificate)
    private = pem_of(key).decode()
    # With the certificate msal signs by PS256 and names it by SHA-256, else by RS256 and SHA-1.
    for credential in (
        {"private_key": private, "public_certificate": certificate},
        {"private_key": private, "thumbprint": thumbprint_of(certificate)},
    ):
        token = token_for(live_sandbox, credential)["access_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (claims["idtyp"], claims["appidacr"]) == ("app", "2")
    live_sandbox.control.advance(timedelta(days=400))
    assert "access_token" in token_for(live_sandbox, credential), "assertions go by machine time"


def test_a_strange_key_under_a_known_name_proves_nothing(live_sandbox: Sandbox) -> None:
    key, strange = new_key(), new_key()
    certificate = certificate_of(key)
    register_certificate(live_sandbox, certificate)
    credential = {
        "private_key": pem_of(strange).decode(),
        "thumbprint": thumbprint_of(certificate),
    }
    result = token_for(live_sandbox, credential)
    assert (result["error"], result["error_codes"]) == ("invalid_client", [700027])


def test_another_issuers_token_proves_the_application(live_sandbox: Sandbox) -> None:
    key = new_key()
    trust_issuer(live_sandbox, key, "main")
    known = token_for(live_sandbox, {"client_assertion": lambda: issued(key, "main")})
    assert "access_token" in known
    unknown = token_for(live_sandbox, {"client_assertion": lambda: issued(key, "other")})
    assert (unknown["error"], unknown["error_codes"]) == ("invalid_client", [700213])
    forged = token_for(live_sandbox, {"client_assertion": lambda: issued(new_key(), "main")})
    assert (forged["error"], forged["error_codes"]) == ("invalid_client", [700027])


@pytest.mark.parametrize("max_age", [0, 3600])
def test_msal_learns_when_a_person_proved_themselves(live_sandbox: Sandbox, max_age: int) -> None:
    with application(live_sandbox, live_sandbox.client_secret) as made:
        flow = made.initiate_auth_code_flow(
            ["User.Read"], CALLBACK, response_mode="form_post", max_age=max_age
        )
        back = live_sandbox.sign_in_by_http(flow["auth_uri"], COLLEAGUE)
        # msal itself refuses an ID token that does not say it.
        result = made.acquire_token_by_auth_code_flow(flow, answer_of(back))
    assert abs(result["id_token_claims"]["auth_time"] - live_sandbox.control.now().timestamp()) < 60
