"""What goes to Entra, and what is made of a service in trouble."""

from __future__ import annotations

import json
from socket import socket
from threading import Event
from time import monotonic
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest

from classbell.microsoft.clouds import CLOUDS, Cloud
from classbell.microsoft.entra import PAGE_TIMEOUTS, ClientSecret, EntraIdentity
from classbell.network.http import HttpDoor
from classbell.ports.errors import ConfigurationFault, ProviderFailure, VerdictKind
from classbell.ports.identity import Prompt
from tests.fakes import FakeClock
from tests.unit.network.servers import serving

TENANT = UUID("c0470500-0000-4000-8000-000000000001")
LOGIN = "https://login.example"
SCOPES = frozenset({"Mail.Send", "User.Read"})
GRANTED = {
    "token_type": "Bearer",
    "scope": "openid profile https://graph.microsoft.com/Mail.Send User.Read",
    "expires_in": 4471,
    "access_token": "access-2",
}


class Entra:
    """Discovery and a token endpoint that answers as told."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.discovery: httpx2.Response | Exception | None = None
        self.forms: list[dict[str, list[str]]] = []
        self.paths: list[str] = []

    def identity(self, cloud: Cloud | None = None) -> EntraIdentity:
        return EntraIdentity(
            cloud=cloud or Cloud(LOGIN, "https://graph.example"),
            door=HttpDoor(transport=httpx2.MockTransport(self)),
            clock=FakeClock(),
            client_id="client-1",
            credential=ClientSecret("secret-1"),
        )

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.paths.append(request.url.path)
        if request.url.path.endswith("/openid-configuration"):
            return self._discovered(request)
        self.forms.append(parse_qs(request.read().decode()))
        return _given(self.answers.pop(0))

    def _discovered(self, request: httpx2.Request) -> httpx2.Response:
        if self.discovery is not None:
            return _given(self.discovery)
        base = f"{request.url.scheme}://{request.url.host}{request.url.path.split('/v2.0')[0]}"
        document = {
            "issuer": base + "/v2.0",
            "authorization_endpoint": f"http://pages.example{urlsplit(base).path}/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/keys",
        }
        return httpx2.Response(200, json=document)


def _given(answer: httpx2.Response | Exception) -> httpx2.Response:
    if isinstance(answer, Exception):
        raise answer
    return answer


def refresh(identity: EntraIdentity, claims: str = "") -> object:
    return identity.refresh(
        tenant_id=TENANT, refresh_token="refresh-1", scopes=SCOPES, claims=claims
    )


def kind_of_refresh(entra: Entra) -> VerdictKind:
    with pytest.raises(ProviderFailure) as caught:
        refresh(entra.identity())
    return caught.value.verdict.kind


def asked_by(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_signing_in_asks_for_who_somebody_is_and_nothing_lasting() -> None:
    request = Entra().identity().begin_sign_in(redirect_uri="http://localhost/cb", state="s")
    assert request.url.startswith("http://pages.example/organizations/")
    asked = asked_by(request.url)
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert asked["response_mode"] == "query"
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"] == "s"


def test_connecting_asks_at_the_organisation_for_lasting_access() -> None:
    request = (
        Entra()
        .identity()
        .begin_connect(
            tenant_id=TENANT,
            scopes=SCOPES,
            redirect_uri="http://localhost/cb",
            state="s",
            prompt=Prompt.NONE_GIVEN,
            login_hint="learning@contoso.example",
            claims='{"access_token":{"capolids":{"values":["c"]}}}',
        )
    )
    assert str(TENANT) in request.url
    asked = asked_by(request.url)
    assert set(asked["scope"].split()) == {"openid", "profile", "offline_access", *SCOPES}
    assert asked["login_hint"] == "learning@contoso.example"
    capability = {"values": ["CP1"]}
    assert json.loads(asked["claims"]) == {
        "access_token": {"capolids": {"values": ["c"]}, "xms_cc": capability}
    }
    assert "prompt" not in asked


def test_a_national_clouds_permissions_name_their_own_graph() -> None:
    request = (
        Entra()
        .identity(CLOUDS["china"])
        .begin_connect(
            tenant_id=TENANT,
            scopes=frozenset({"Mail.Send"}),
            redirect_uri="http://localhost/cb",
            state="s",
            prompt=Prompt.SELECT_ACCOUNT,
        )
    )
    scopes = asked_by(request.url)["scope"].split()
    assert "https://microsoftgraph.chinacloudapi.cn/Mail.Send" in scopes


def test_an_answer_without_a_new_refresh_token_leaves_the_old_one() -> None:
    entra = Entra(httpx2.Response(200, json=GRANTED))
    tokens = entra.identity().refresh(tenant_id=TENANT, refresh_token="refresh-1", scopes=SCOPES)
    assert (tokens.access_token, tokens.refresh_token) == ("access-2", "refresh-1")
    assert tokens.scopes == SCOPES
    assert (tokens.expires_at - FakeClock().now()).total_seconds() == 4471
    assert "access-2" in str(GRANTED)
    (form,) = entra.forms
    assert form["client_secret"] == ["secret-1"]
    assert form["grant_type"] == ["refresh_token"]


@pytest.mark.parametrize(
    ("challenge", "sent"),
    [
        ('{"access_token":{"nbf":{}}}', {"access_token": {"nbf": {}}}),
        ('{"id_token":{"acr":{}}}', {"id_token": {"acr": {}}, "access_token": {}}),
        ("", {"access_token": {}}),
        ("not JSON", {"access_token": {}}),
        ("[1]", {"access_token": {}}),
        ('{"access_token":7}', {"access_token": {}}),
    ],
)
def test_a_renewal_passes_a_challenge_on_and_says_that_we_understand_them(
    challenge: str, sent: dict[str, dict[str, object]]
) -> None:
    entra = Entra(httpx2.Response(200, json=GRANTED))
    refresh(entra.identity(), claims=challenge)
    sent["access_token"]["xms_cc"] = {"values": ["CP1"]}
    assert json.loads(entra.forms[0]["claims"][0]) == sent


def test_signing_in_to_the_admin_center_needs_no_early_end() -> None:
    request = Entra().identity().begin_sign_in(redirect_uri="http://localhost/cb", state="s")
    assert "claims" not in asked_by(request.url)


def test_a_failing_call_is_asked_again_and_discovery_is_not() -> None:
    refusal = httpx2.Response(400, json={"error": "invalid_grant", "error_codes": [53003]})
    entra = Entra(refusal, httpx2.Response(200, json=GRANTED))
    identity = entra.identity()
    with pytest.raises(ProviderFailure):
        refresh(identity)
    refresh(identity)
    assert len(entra.forms) == 2
    assert len([path for path in entra.paths if "openid" in path]) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx2.Response(503, text="busy"), VerdictKind.RETRY),
        (httpx2.Response(500, json={"error": "server_error"}), VerdictKind.RETRY),
        (httpx2.Response(429, headers={"retry-after": "9"}, json={}), VerdictKind.THROTTLED),
        (httpx2.Response(200, text="<html>"), VerdictKind.RETRY),
        (httpx2.Response(200, json={"token_type": "Bearer"}), VerdictKind.RETRY),
        (httpx2.Response(400, text="<html>"), VerdictKind.RETRY),
        (httpx2.ReadTimeout("silence"), VerdictKind.RETRY),
        (httpx2.ConnectError("refused"), VerdictKind.RETRY),
        (
            httpx2.Response(401, json={"error": "invalid_client", "error_codes": [7000222]}),
            VerdictKind.OPERATOR_FAULT,
        ),
    ],
)
def test_a_token_endpoint_in_trouble_has_its_verdict(
    answer: httpx2.Response | Exception, kind: VerdictKind
) -> None:
    assert kind_of_refresh(Entra(answer)) is kind


@pytest.mark.parametrize(
    ("discovery", "kind"),
    [
        (httpx2.Response(503), VerdictKind.RETRY),
        (httpx2.ConnectError("refused"), VerdictKind.RETRY),
        (httpx2.Response(200, text="<html>"), VerdictKind.RETRY),
        (httpx2.Response(200, json={}), VerdictKind.RETRY),
        (
            httpx2.Response(400, json={"error": "invalid_tenant", "error_codes": [90002]}),
            VerdictKind.MAILBOX_UNUSABLE,
        ),
    ],
)
def test_discovery_in_trouble_has_its_verdict(
    discovery: httpx2.Response | Exception, kind: VerdictKind
) -> None:
    entra = Entra()
    entra.discovery = discovery
    assert kind_of_refresh(entra) is kind


def test_pages_show_while_entra_is_away() -> None:
    entra = Entra()
    entra.discovery = httpx2.ConnectError("refused")
    assert entra.identity().authorization_origin() == LOGIN
    entra.discovery = None
    assert entra.identity().authorization_origin() == "http://pages.example"


def test_pages_do_not_wait_for_a_sign_in_service_that_hangs() -> None:
    released = Event()

    def hang(_connection: socket) -> None:
        released.wait(30)

    with serving(hang) as address:
        hanging = address.rstrip("/")
        identity = EntraIdentity(
            cloud=Cloud(hanging, "https://graph.example"),
            door=HttpDoor(),
            page_door=HttpDoor(timeouts=PAGE_TIMEOUTS),
            clock=FakeClock(),
            client_id="client-1",
            credential=ClientSecret("secret-1"),
        )
        begun = monotonic()
        assert identity.authorization_origin() == hanging
        assert monotonic() - begun < 4
        again = monotonic()
        assert identity.authorization_origin() == hanging
        assert monotonic() - again < 0.5, "the next page does not wait at all"
        released.set()


def test_a_login_address_without_tls_is_a_fault_of_the_settings() -> None:
    identity = Entra().identity(Cloud("http://login.example", "https://graph.example"))
    with pytest.raises(ConfigurationFault, match="CLASSBELL_LOGIN_URL"):
        identity.begin_sign_in(redirect_uri="http://localhost/cb", state="s")
