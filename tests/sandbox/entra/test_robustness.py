"""Whatever is sent to the sign-in service, the answer is one of its own refusals."""

import base64
import json
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from m365sandbox.testing import Sandbox
from tests.sandbox.entra.helpers import authorize_address

FAST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAMES = st.sampled_from(
    [
        *("grant_type", "client_id", "client_secret", "code", "code_verifier", "redirect_uri"),
        *("scope", "refresh_token", "claims", "client_info", "state", "prompt", "login_hint"),
    ]
)
GRANTS = st.sampled_from(["authorization_code", "refresh_token", "client_credentials", "other"])
JSON = st.recursive(st.none() | st.integers() | TEXT, st.lists, max_leaves=4)


@pytest.fixture
def client(live_sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with live_sandbox.browser() as made:
        yield made


@FAST
@given(form=st.dictionaries(NAMES, TEXT), grant=GRANTS, known=st.booleans())
def test_token_endpoint(
    live_sandbox: Sandbox,
    client: httpx2.Client,
    form: dict[str, str],
    grant: str,
    *,
    known: bool,
) -> None:
    form["grant_type"] = grant
    if known:
        form["client_id"] = live_sandbox.client_id
        form["client_secret"] = live_sandbox.client_secret
    address = f"{live_sandbox.people_url}/contoso.example/oauth2/v2.0/token"
    response = client.post(address, data=form)
    assert response.status_code in {400, 401}
    assert response.json()["error_codes"]


@FAST
@given(changes=st.dictionaries(NAMES.filter(lambda name: name != "grant_type"), TEXT))
def test_authorize(live_sandbox: Sandbox, client: httpx2.Client, changes: dict[str, str]) -> None:
    tested: dict[str, str | None] = {**changes}
    response = client.get(authorize_address(live_sandbox, **tested))
    assert response.status_code in {200, 302, 400}


@FAST
@given(values=JSON)
def test_claims_of_any_shape(live_sandbox: Sandbox, client: httpx2.Client, values: object) -> None:
    claims = json.dumps({"access_token": {"xms_cc": {"values": values}}})
    response = client.get(authorize_address(live_sandbox, claims=claims))
    assert response.status_code in {200, 302}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"grant_type": "refresh_token"}'),
        ("application/x-www-form-urlencoded", b"\xff\xfe=%zz&&=&grant_type"),
        ("multipart/form-data", b"no boundary"),
        ("", b""),
    ],
)
def test_a_body_that_is_no_form(
    live_sandbox: Sandbox, client: httpx2.Client, content_type: str, body: bytes
) -> None:
    address = f"{live_sandbox.people_url}/common/oauth2/v2.0/token"
    response = client.post(address, content=body, headers={"Content-Type": content_type})
    assert response.status_code == 400
    assert response.json()["error_codes"] == [900144]


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("secrets", {"value": "word", "expires": "2026-12-01T08:00:00"}),
        ("certificates", {"certificate": "word"}),
        ("federated-credentials", {"jwks": "word"}),
        ("federated-credentials", {"jwks": '{"keys": [{"kty": "RSA"}]}'}),
    ],
)
def test_what_could_never_prove_an_application_is_not_registered(
    live_sandbox: Sandbox, client: httpx2.Client, part: str, body: dict[str, str]
) -> None:
    address = f"{live_sandbox.people_url}/_sandbox/applications/{live_sandbox.client_id}/{part}"
    whole = {"issuer": "i", "subject": "s", "audience": "a", **body}
    assert client.post(address, json=whole).status_code == 400
    assert client.post(address, content=b"\xff").status_code == 400


def test_an_assertion_nested_without_end_is_no_assertion(
    live_sandbox: Sandbox, client: httpx2.Client
) -> None:
    nested = base64.urlsafe_b64encode(b"[" * 200_000).decode()
    form = {
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
        "client_id": live_sandbox.client_id,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": f"e30.{nested}.x",
    }
    address = f"{live_sandbox.people_url}/contoso.example/oauth2/v2.0/token"
    assert client.post(address, data=form).json()["error_codes"] == [50013]


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Basic \u00e9".encode()])
def test_a_basic_header_that_says_nothing(
    live_sandbox: Sandbox, client: httpx2.Client, header: str | bytes
) -> None:
    address = f"{live_sandbox.people_url}/common/oauth2/v2.0/token"
    value = header if isinstance(header, bytes) else header.encode()
    form = {"grant_type": "refresh_token"}
    response = client.post(address, data=form, headers=[(b"Authorization", value)])
    assert response.status_code in {400, 401}
    assert response.json()["error"] in {"invalid_request", "invalid_client"}
