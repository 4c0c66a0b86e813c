"""Microsoft's own client, unmodified, against the sandbox's https port."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msal
import pytest

from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.entra.helpers import CALLBACK, ORGANISER, answer_of

SCOPES = ["User.Read", "Mail.Send", "Calendars.ReadWrite"]


@pytest.fixture
def application(live_sandbox: Sandbox) -> Iterator[msal.ConfidentialClientApplication]:
    made = msal.ConfidentialClientApplication(
        live_sandbox.client_id,
        client_credential=live_sandbox.client_secret,
        authority=live_sandbox.authority(CONTOSO.tenant_id),
        instance_discovery=False,
        verify=str(live_sandbox.ca_file),
    )
    yield made
    made.http_client.http_client.close()


def connect(
    sandbox: Sandbox, application: msal.ConfidentialClientApplication, prompt: str | None = None
) -> dict[str, Any]:
    flow = application.initiate_auth_code_flow(
        SCOPES, redirect_uri=CALLBACK, response_mode="form_post", prompt=prompt
    )
    back = sandbox.sign_in_by_http(flow["auth_uri"], ORGANISER)
    result: dict[str, Any] = application.acquire_token_by_auth_code_flow(flow, answer_of(back))
    return result


def test_code_flow_with_pkce_gives_tokens_for_the_person_who_signed_in(
    live_sandbox: Sandbox, application: msal.ConfidentialClientApplication
) -> None:
    result = connect(live_sandbox, application, prompt="select_account")
    assert result["id_token_claims"]["preferred_username"] == ORGANISER
    assert result["id_token_claims"]["tid"] == CONTOSO.tenant_id
    assert set(SCOPES) <= set(result["scope"].split())
    assert result["token_type"] == "Bearer"
    assert 3600 <= result["expires_in"] <= 5400


def test_a_silent_refresh_brings_a_new_token_once_the_old_one_is_spent(
    live_sandbox: Sandbox, application: msal.ConfidentialClientApplication
) -> None:
    first = connect(live_sandbox, application)
    account = application.get_accounts(ORGANISER)[0]
    again = application.acquire_token_silent_with_error(SCOPES, account)
    assert again["token_source"] == "cache"
    fresh = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert fresh["access_token"] != first["access_token"]


def test_a_revoked_session_is_told_with_its_suberror(
    live_sandbox: Sandbox, application: msal.ConfidentialClientApplication
) -> None:
    connect(live_sandbox, application)
    account = application.get_accounts(ORGANISER)[0]
    live_sandbox.control.person(ORGANISER, "revoke-sessions")
    refused = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert refused["error"] == "invalid_grant"
    assert refused["error_codes"] == [50173]
    assert refused["suberror"] == "bad_token"


def test_ninety_unused_days_end_a_connection(
    live_sandbox: Sandbox, application: msal.ConfidentialClientApplication
) -> None:
    connect(live_sandbox, application)
    account = application.get_accounts(ORGANISER)[0]
    live_sandbox.control.advance(timedelta(days=90, seconds=1))
    refused = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert refused["error_codes"] == [700082]


def test_client_credentials_give_an_application_token(
    application: msal.ConfidentialClientApplication,
) -> None:
    result = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert sorted(result) == [
        "access_token",
        "expires_in",
        "ext_expires_in",
        "token_source",
        "token_type",
    ]
