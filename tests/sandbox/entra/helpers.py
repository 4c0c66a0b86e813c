"""An application that signs people in, as the tests of Entra need it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from m365sandbox.testing import CONTOSO, Sandbox

CALLBACK = "http://localhost:8000/connect/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
MAIL = "openid profile offline_access User.Read Mail.Send"
CALENDAR = f"{MAIL} Calendars.ReadWrite Place.Read.All"
ORGANISER = "learning@contoso.example"
COLLEAGUE = "mai.nielsen@contoso.example"


def authorize_address(sandbox: Sandbox, **changes: str | None) -> str:
    """Return an authorize address; a change to None leaves the parameter out."""
    tenant = changes.pop("tenant", None) or CONTOSO.tenant_id
    parameters: dict[str, str | None] = {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": MAIL,
        "state": "kept-as-it-is",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{sandbox.people_url}/{tenant}/oauth2/v2.0/authorize?{urlencode(given)}"


def answer_of(address: str) -> dict[str, str]:
    """Return the parameters an application is called back with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def sign_in(
    sandbox: Sandbox,
    person: str = ORGANISER,
    answers: Mapping[str, Any] | None = None,
    **changes: str | None,
) -> dict[str, str]:
    """Walk the pages, answering as `answers` say, and return what the application is told."""
    address = authorize_address(sandbox, **changes)
    return answer_of(sandbox.sign_in_by_http(address, person, **(answers or {})))


class Application:
    """A web application at the token endpoint."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Be the seeded registration."""
        self.sandbox = sandbox

    def post(self, tenant: str = CONTOSO.tenant_id, /, **changes: str | None) -> httpx2.Response:
        """Ask the token endpoint; a change to None leaves the parameter out."""
        form: dict[str, str | None] = {
            "client_id": self.sandbox.client_id,
            "client_secret": self.sandbox.client_secret,
            **changes,
        }
        address = f"{self.sandbox.people_url}/{tenant}/oauth2/v2.0/token"
        given = {name: value for name, value in form.items() if value is not None}
        with self.sandbox.browser() as client:
            return client.post(address, data=given)

    def redeem(
        self, code: str, tenant: str = CONTOSO.tenant_id, /, **changes: str | None
    ) -> httpx2.Response:
        """Redeem a code."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return self.post(tenant, **{**usual, **changes})

    def refresh(self, token: str, **changes: str | None) -> httpx2.Response:
        """Exchange a refresh token."""
        usual: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": token}
        return self.post(**{**usual, **changes})

    def connect(self, person: str = ORGANISER) -> dict[str, Any]:
        """Sign somebody in and return their tokens."""
        code = sign_in(self.sandbox, person)["code"]
        tokens: dict[str, Any] = self.redeem(code).json()
        return tokens
