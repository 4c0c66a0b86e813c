"""A sign-in service that believes whoever the test says is sitting there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

from classbell.ports.clock import Clock
from classbell.ports.errors import (
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)
from classbell.ports.identity import (
    ApplicationToken,
    AuthorizationRequest,
    CallingApplication,
    Prompt,
    SignedInPerson,
    TokenSet,
)
from tests.fakes.account import CONTOSO, SERVICE_ACCOUNT
from tests.fakes.clock import FakeClock
from tests.fakes.script import Scripted, refuse

TOKEN_LIFE = timedelta(seconds=4471)
SPARE = timedelta(minutes=5)
ORIGIN = "https://login.fake.example"


@dataclass(frozen=True)
class _Code:
    """What stands behind a code: who signed in, and what they granted."""

    state: str
    person: SignedInPerson
    scopes: frozenset[str]


class FakeIdentity(Scripted):
    """Implements ``ports.identity.IdentityProvider``.

    A test plays the person: ``callback(request)`` returns the parameters the browser would bring
    back, signed in as ``person`` with everything granted that was asked for, unless it says other.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self.clock = clock or FakeClock()
        self.person = SignedInPerson(
            tenant_id=CONTOSO,
            object_id=SERVICE_ACCOUNT.object_id,
            name=SERVICE_ACCOUNT.display_name,
            username=SERVICE_ACCOUNT.username,
        )
        self._asked: dict[str, frozenset[str]] = {}
        self._codes: dict[str, _Code] = {}
        self._used: set[str] = set()
        self._refresh_tokens: dict[str, frozenset[str]] = {}
        self._application_tokens: dict[UUID, ApplicationToken] = {}
        self.applications: dict[str, CallingApplication] = {}

    def callback(
        self,
        request: AuthorizationRequest | str,
        *,
        person: SignedInPerson | None = None,
        granted: frozenset[str] | None = None,
    ) -> dict[str, str]:
        """Sign in and come back.

        Args:
            request: as ``begin_…`` returned it, or its address.
            person: who signs in; ``self.person`` if left out.
            granted: what they consent to; everything asked for if left out.
        """
        url = request if isinstance(request, str) else request.url
        state = parse_qs(urlsplit(url).query)["state"][0]
        code = f"code-{uuid4()}"
        asked = self._asked.get(state, frozenset())
        scopes = asked if granted is None else granted
        self._codes[code] = _Code(state, person or self.person, scopes)
        return {"code": code, "state": state}

    def cancel(self, request: AuthorizationRequest | str) -> dict[str, str]:
        """Turn back at Microsoft."""
        url = request if isinstance(request, str) else request.url
        state = parse_qs(urlsplit(url).query)["state"][0]
        text = "AADSTS65004: User declined to consent to access the app."
        return {"error": "access_denied", "error_description": text, "state": state}

    def revoke_everything(self) -> None:
        """Make every refresh token invalid, as an administrator can."""
        self._refresh_tokens.clear()

    def authorization_origin(self) -> str:
        return ORIGIN

    def begin_sign_in(self, *, redirect_uri: str, state: str) -> AuthorizationRequest:
        with self._turn("begin_sign_in", redirect_uri=redirect_uri, state=state):
            return self._begin(state, redirect_uri, frozenset(), {})

    def finish_sign_in(
        self, flow: Mapping[str, object], answer: Mapping[str, str]
    ) -> SignedInPerson:
        with self._turn("finish_sign_in", answer=dict(answer)):
            return self._redeem(flow, answer).person

    def begin_connect(
        self,
        *,
        tenant_id: UUID,
        scopes: frozenset[str],
        redirect_uri: str,
        state: str,
        prompt: Prompt,
        login_hint: str = "",
        claims: str = "",
    ) -> AuthorizationRequest:
        arguments = {"tenant_id": tenant_id, "scopes": scopes, "state": state, "prompt": prompt}
        with self._turn("begin_connect", login_hint=login_hint, claims=claims, **arguments):
            shown = {"prompt": prompt.value, "login_hint": login_hint, "claims": claims}
            return self._begin(state, redirect_uri, scopes, shown)

    def finish_connect(
        self, tenant_id: UUID, flow: Mapping[str, object], answer: Mapping[str, str]
    ) -> tuple[SignedInPerson, TokenSet]:
        with self._turn("finish_connect", tenant_id=tenant_id, answer=dict(answer)):
            code = self._redeem(flow, answer)
            if code.person.tenant_id != tenant_id:
                raise WrongOrganisation(f"{code.person.username} is of another organisation.")
            return code.person, self._tokens(code.scopes)

    def refresh(
        self, *, tenant_id: UUID, refresh_token: str, scopes: frozenset[str], claims: str = ""
    ) -> TokenSet:
        arguments = {"tenant_id": tenant_id, "refresh_token": refresh_token, "scopes": scopes}
        with self._turn("refresh", claims=claims, **arguments):
            if refresh_token not in self._refresh_tokens:
                raise refuse(VerdictKind.SIGN_IN_AGAIN, "AADSTS70000", 400)
            granted = self._refresh_tokens[refresh_token]
            if not scopes <= granted:
                raise refuse(VerdictKind.CONSENT_NEEDED, "AADSTS65001", 400)
            return self._tokens(granted)

    def admin_consent_url(
        self, *, tenant_id: UUID, scopes: frozenset[str], redirect_uri: str, state: str
    ) -> str:
        query = {"scope": " ".join(sorted(scopes)), "redirect_uri": redirect_uri, "state": state}
        return f"{ORIGIN}/{tenant_id}/v2.0/adminconsent?{urlencode(query)}"

    def single_account_grant(
        self, *, tenant_id: UUID, account_address: str, scopes: frozenset[str]
    ) -> str:
        return f"Grant {account_address} {' '.join(sorted(scopes))} # in {tenant_id}"

    def application_grant(self, *, tenant_id: UUID, address: str, outside_address: str) -> str:
        return f"Open {address} and not {outside_address} # in {tenant_id}"

    def application_token(self, *, tenant_id: UUID, fresh: bool) -> ApplicationToken:
        with self._turn("application_token", tenant_id=tenant_id, fresh=fresh):
            kept = self._application_tokens.get(tenant_id)
            if fresh or kept is None or kept.expires_at <= self.clock.now() + SPARE:
                kept = ApplicationToken(f"app-{uuid4()}", self.clock.now() + TOKEN_LIFE)
                self._application_tokens[tenant_id] = kept
            return kept

    def email_service_token(self, *, tenant_id: UUID) -> ApplicationToken:
        with self._turn("email_service_token", tenant_id=tenant_id):
            return ApplicationToken(f"app-{uuid4()}", self.clock.now() + TOKEN_LIFE)

    def calling_application(
        self, token: str, *, serves: Callable[[UUID], bool]
    ) -> CallingApplication | None:
        found = self.applications.get(token)
        return found if found is not None and serves(found.tenant_id) else None

    def consent(self, scopes: frozenset[str]) -> None:
        """Let every refresh token carry these permissions as well, as approval does."""
        self._refresh_tokens = {
            token: held | scopes for token, held in self._refresh_tokens.items()
        }

    def know(self, refresh_token: str, scopes: frozenset[str]) -> None:
        """Accept a refresh token that a test made up."""
        self._refresh_tokens[refresh_token] = scopes

    def _begin(
        self, state: str, redirect_uri: str, scopes: frozenset[str], shown: dict[str, str]
    ) -> AuthorizationRequest:
        self._asked[state] = scopes
        parameters = {
            "state": state,
            "redirect_uri": redirect_uri,
            "scope": " ".join(sorted(scopes)),
        }
        parameters.update({name: value for name, value in shown.items() if value})
        return AuthorizationRequest(
            url=f"{ORIGIN}/authorize?{urlencode(parameters)}",
            flow={"state": state, "redirect_uri": redirect_uri, "nonce": str(uuid4())},
        )

    def _redeem(self, flow: Mapping[str, object], answer: Mapping[str, str]) -> _Code:
        if not flow.get("state") or flow["state"] != answer.get("state"):
            raise StateInvalid("This sign-in was not started here.")
        if answer.get("error"):
            raise SignInCancelled(
                "The sign-in at Microsoft was cancelled.", code="consent_declined"
            )
        code = answer.get("code", "")
        if not code or code in self._used:
            raise StateInvalid("Microsoft's answer was used already.")
        if code not in self._codes:
            raise refuse(VerdictKind.SIGN_IN_AGAIN, "AADSTS70000", 400)
        self._used.add(code)
        return self._codes[code]

    def _tokens(self, scopes: frozenset[str]) -> TokenSet:
        refresh_token = f"refresh-{uuid4()}"
        self._refresh_tokens[refresh_token] = scopes
        return TokenSet(
            access_token=f"access-{uuid4()}",
            refresh_token=refresh_token,
            expires_at=self.clock.now() + TOKEN_LIFE,
            scopes=scopes,
        )
