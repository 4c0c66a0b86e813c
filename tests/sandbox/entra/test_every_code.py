"""Every documented AADSTS code can be had at will: in its body, or on the page it stays on.

The table follows what Microsoft documents of the codes, and what was recorded of the service:
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import json

import msal
import pytest

from m365sandbox.entra.codes import CODES
from m365sandbox.testing import CONTOSO, Sandbox
from tests.sandbox.entra.helpers import Application, answer_of, authorize_address

GRANT, ASK, DENIED = "invalid_grant", "interaction_required", "access_denied"
REQUEST, CLIENT, UNAUTHORIZED = "invalid_request", "invalid_client", "unauthorized_client"
RESOURCE, SCOPE, BUSY = "invalid_resource", "invalid_scope", "temporarily_unavailable"
# error, suberror, codes.
ROWS: list[tuple[str, str | None, str]] = [
    (GRANT, "bad_token", "50173 50034"),
    (GRANT, None, "700082 70008 70000 70043 700084 50133 50132 50089 50056 50126 50053 50057"),
    (GRANT, None, "51004 50014 50105 54005 501481 700005 50196"),
    (GRANT, "user_password_expired", "50055 50144"),
    (GRANT, "basic_action", "50076 50074 50078 50079 50072"),
    (GRANT, "message_only", "53003"),
    (GRANT, "consent_required", "65001"),
    ("login_required", None, "50058"),
    (ASK, None, "16000 16001 50158 53000 53001 53002 50097 50131 530032 530034 530035"),
    (ASK, None, "53004 53010 53011 90072 500212 500213"),
    (DENIED, None, "50020 65004 90094 90095"),
    (RESOURCE, None, "65005 650054 650057 650052 500011"),
    (CLIENT, None, "650056 90099 7000215 7000222 7000218 700027 50012 50013 700022 700023 700229"),
    (UNAUTHORIZED, None, "700016 700038 70001 7000112"),
    (REQUEST, None, "50194 50011 900144 90014 9002313 90023 90002"),
    (SCOPE, None, "70011 1002012"),
    ("unsupported_grant_type", None, "70003"),
    (BUSY, None, "90055 90033 50033 90012 90024 90006"),
    ("server_error", None, "90090 50087 40010"),
]
ASKS_FOR_CLAIMS = {50076, 50074, 50078, 50079, 50072}
WITHOUT_URI = {700038, 70003}
STAYS_ON_PAGE = {50011, 50105, 650052, 90095}
NEVER_CALLED_BACK = {GRANT, CLIENT, "unsupported_grant_type"}
TOKEN, AUTHORIZE = "*/oauth2/v2.0/token", "*/oauth2/v2.0/authorize"


def status_of(code: int, error: str) -> int:
    """Return the HTTP status a refusal has at the token endpoint."""
    if code == 90055:
        return 429
    return {CLIENT: 401, BUSY: 503, "server_error": 500}.get(error, 400)


@pytest.mark.parametrize(("error", "suberror", "codes"), ROWS, ids=lambda one: str(one)[:30])
def test_at_the_token_endpoint(
    live_sandbox: Sandbox, error: str, suberror: str | None, codes: str
) -> None:
    application = Application(live_sandbox)
    for code in map(int, codes.split()):
        live_sandbox.control.add_fault(path=TOKEN, aadsts=code)
        response = application.refresh("1.Aanything")
        body = response.json()
        assert (body["error"], body["error_codes"]) == (error, [code])
        assert response.status_code == status_of(code, error)
        assert body.get("suberror") == suberror
        assert body["error_description"].startswith(f"AADSTS{code}: ")
        ids = f"Trace ID: {body['trace_id']}\r\nCorrelation ID: {body['correlation_id']}"
        assert body["error_description"].endswith(f"{ids}\r\nTimestamp: {body['timestamp']}")
        uri = None if code in WITHOUT_URI else f"{live_sandbox.people_url}/error?code={code}"
        assert body.get("error_uri") == uri
        assert response.headers["x-ms-clitelem"].startswith(f"1,{code},")
        assert ("retry-after" in response.headers) is (code == 90055)
        assert ("claims" in body) is (code in ASKS_FOR_CLAIMS)
    assert live_sandbox.control.ask("GET", "/faults")["faults"] == []


@pytest.mark.parametrize(("error", "codes"), [(row[0], row[2]) for row in ROWS])
def test_during_a_sign_in(live_sandbox: Sandbox, error: str, codes: str) -> None:
    with live_sandbox.browser() as browser:
        for code in map(int, codes.split()):
            live_sandbox.control.add_fault(path=AUTHORIZE, aadsts=code)
            response = browser.get(authorize_address(live_sandbox))
            if code in STAYS_ON_PAGE or error in NEVER_CALLED_BACK:
                assert (response.status_code, "location" in response.headers) == (400, False)
                assert f"AADSTS{code}" in response.text
                continue
            answer = answer_of(response.headers["location"])
            assert answer["error"] == error
            assert answer["error_description"].startswith(f"AADSTS{code}: ")
            assert answer["error_uri"].endswith(f"/error?code={code}")
            assert answer["state"] == "kept-as-it-is"


def test_each_code_is_explained_where_its_error_uri_leads(live_sandbox: Sandbox) -> None:
    with live_sandbox.browser() as browser:
        for code in CODES:
            page = browser.get(f"{live_sandbox.people_url}/error?code={code}")
            assert f"AADSTS{code}" in page.text


def test_msal_sees_the_claims_to_send_on(live_sandbox: Sandbox) -> None:
    application = msal.ConfidentialClientApplication(
        live_sandbox.client_id,
        client_credential=live_sandbox.client_secret,
        authority=live_sandbox.authority(CONTOSO.tenant_id),
        instance_discovery=False,
        verify=str(live_sandbox.ca_file),
    )
    live_sandbox.control.add_fault(path=TOKEN, aadsts=50079)
    result = application.acquire_token_by_refresh_token("1.A", ["User.Read"])
    application.http_client.http_client.close()
    assert result["error_codes"] == [50079]
    assert result["suberror"] == "basic_action"
    assert json.loads(result["claims"])["access_token"]["capolids"]["essential"] is True


@pytest.mark.parametrize(
    "fault",
    [
        {"aadsts": 1},
        {"aadsts": 50173, "status": 503},
        {"aadsts": 50173, "effect": "drop"},
        {"aadsts": 50173, "headers": {"Retry-After": "1"}},
    ],
)
def test_a_code_that_cannot_be_had_is_refused(
    live_sandbox: Sandbox, fault: dict[str, object]
) -> None:
    with live_sandbox.browser() as client:
        answer = client.post(f"{live_sandbox.people_url}/_sandbox/faults", json=fault)
    assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (400, "aadsts")
