"""Signing in, connecting and refreshing at Entra ID through msal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra.application import EntraApplication
from classbell.microsoft.entra.application_guide import application_commands
from classbell.microsoft.entra.application_tokens import ApplicationTokens
from classbell.microsoft.entra.approval import consent_page, grant_commands
from classbell.microsoft.entra.callback import check_callback, journey_failure
from classbell.microsoft.entra.caller_token import CallerTokens
from classbell.microsoft.entra.claims import with_early_end
from classbell.microsoft.entra.credentials import ClientCredential, Proofs
from classbell.microsoft.entra.id_token import Expected, IdTokenChecker, SigningKeys
from classbell.microsoft.entra.verdicts import EntraError
from classbell.network.http import HttpDoor, Timeouts
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind, WrongOrganisation
from classbell.ports.identity import (
    ApplicationToken,
    AuthorizationRequest,
    CallingApplication,
    Prompt,
    SignedInPerson,
    TokenSet,
)

ANY_ORGANISATION = "organizations"

GLOBAL_GRAPH = "https://graph.microsoft.com/"
"""Names Graph where permissions are asked for without a prefix; alone, ``.default`` names none."""

# msal adds these three by itself and refuses to be given them.
_ADDED_BY_MSAL = frozenset({"openid", "profile", "offline_access", "email"})

PAGE_TIMEOUTS = Timeouts(connect=1.0, read=2.0, pool=0.5, total=2.0)
"""How long a page waits for Entra: where a lost account is mended it has to show at once."""

ORIGIN_SECONDS = 3600.0
ORIGIN_RETRY_SECONDS = 30.0


class EntraIdentity:
    """Implements ``ports.identity.IdentityProvider``.

    Args:
        cloud: where Entra lives.
        door: the HTTP door.
        clock: business time, by which tokens are judged.
        client_id: of the application's registration.
        credential: the application's proof of itself.
        page_door: for what a page waits for that somebody looks at; ``door`` where it is None.
    """

    def __init__(
        self,
        *,
        cloud: Cloud,
        door: HttpDoor,
        clock: Clock,
        client_id: str,
        credential: ClientCredential | Proofs,
        page_door: HttpDoor | None = None,
    ) -> None:
        self._cloud = cloud
        self._page_door = page_door or door
        self._client_id = client_id
        self._clock = clock
        self._entra = EntraApplication(
            cloud=cloud, door=door, clock=clock, client_id=client_id, credential=credential
        )
        self._origin = (0.0, _origin_of(cloud.login_url))
        self._own_tokens = ApplicationTokens(self._entra, clock)
        self._checker = IdTokenChecker(SigningKeys(door, clock), clock)
        self._callers = CallerTokens(
            SigningKeys(door, clock, look_again=60.0),
            clock,
            client_id=client_id,
            discovered=self._entra.discovered,
        )

    def authorization_origin(self) -> str:
        """Return scheme and host of the authorize page, for the content security policy.

        Pages have to show while Entra is away or hangs, so its usual address stands in for a while:
        without discovery nobody can begin a sign-in anyway.
        """
        until, origin = self._origin
        if monotonic() < until:
            return origin
        try:
            found = self._entra.discovered(ANY_ORGANISATION, by=self._page_door)
            page = found.text("authorization_endpoint")
            self._origin = (monotonic() + ORIGIN_SECONDS, _origin_of(page))
        except ProviderFailure:
            self._origin = (monotonic() + ORIGIN_RETRY_SECONDS, origin)
        return self._origin[1]

    def begin_sign_in(self, *, redirect_uri: str, state: str) -> AuthorizationRequest:
        """Start a sign-in to the Admin Center, asking for openid and profile only."""
        flow = self._entra.begin(
            ANY_ORGANISATION, [], lasting=False, redirect_uri=redirect_uri, state=state
        )
        return _journey(flow)

    def finish_sign_in(
        self, flow: Mapping[str, object], answer: Mapping[str, str]
    ) -> SignedInPerson:
        """Redeem the callback's parameters; the tokens are discarded after the check."""
        tokens = self._redeem(ANY_ORGANISATION, flow, answer, lasting=False)
        return self._who(ANY_ORGANISATION, tokens, flow)

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
        """Start connecting an account of the organisation ``tenant_id``."""
        flow = self._entra.begin(
            str(tenant_id),
            self._full_names(scopes),
            lasting=True,
            redirect_uri=redirect_uri,
            state=state,
            prompt=prompt.value or None,
            login_hint=login_hint or None,
            claims_challenge=claims or None,
        )
        return _journey(flow)

    def finish_connect(
        self, tenant_id: UUID, flow: Mapping[str, object], answer: Mapping[str, str]
    ) -> tuple[SignedInPerson, TokenSet]:
        """Redeem the callback's parameters for the account's tokens."""
        asked_at = self._clock.now()
        tokens = self._redeem(str(tenant_id), flow, answer, lasting=True)
        person = self._who(str(tenant_id), tokens, flow)
        if person.tenant_id != tenant_id:
            raise WrongOrganisation(
                f"{person.username or 'The account'} belongs to another organisation.",
                meaning="Nothing was changed.",
                remedy="Sign in with an account of this catalog's organisation.",
            )
        if not tokens.text("refresh_token"):
            raise ProviderFailure(
                Verdict(
                    VerdictKind.CONSENT_NEEDED,
                    code="no_refresh_token",
                    explanation="Microsoft did not grant lasting access to the account.",
                )
            )
        return person, _token_set(tokens, asked_at, previous="")

    def refresh(
        self, *, tenant_id: UUID, refresh_token: str, scopes: frozenset[str], claims: str = ""
    ) -> TokenSet:
        """Exchange a refresh token; the answer may carry a new one, which replaces the old."""
        asked_at = self._clock.now()
        answer = self._entra.token_call(
            str(tenant_id),
            lambda app: app.acquire_token_by_refresh_token(
                refresh_token, self._full_names(scopes), data={"claims": with_early_end(claims)}
            ),
            lasting=True,
        )
        return _token_set(self._entra.granted(answer), asked_at, previous=refresh_token)

    def admin_consent_url(
        self, *, tenant_id: UUID, scopes: frozenset[str], redirect_uri: str, state: str
    ) -> str:
        """Return the page on which an administrator approves permissions for everybody."""
        return consent_page(
            self._cloud,
            tenant_id,
            client_id=self._client_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            state=state,
        )

    def single_account_grant(
        self, *, tenant_id: UUID, account_address: str, scopes: frozenset[str]
    ) -> str:
        """Return the commands with which an administrator grants permissions for one account."""
        return grant_commands(
            self._cloud,
            tenant_id,
            client_id=self._client_id,
            account_address=account_address,
            scopes=scopes,
        )

    def application_grant(self, *, tenant_id: UUID, address: str, outside_address: str) -> str:
        """Return the commands with which administrators open one mailbox to the application."""
        return application_commands(
            self._cloud,
            tenant_id,
            client_id=self._client_id,
            address=address,
            outside_address=outside_address,
        )

    def application_token(self, *, tenant_id: UUID, fresh: bool) -> ApplicationToken:
        """Return a token with which the application uses mailboxes of an organisation."""
        scope = (self._cloud.scope_prefix or GLOBAL_GRAPH) + ".default"
        return self._own_tokens.for_mailboxes(tenant_id, scope, fresh=fresh)

    def email_service_token(self, *, tenant_id: UUID) -> ApplicationToken:
        """Return a token with which the application uses Azure Communication Services."""
        return self._own_tokens.for_service(tenant_id, self._cloud.email_scope)

    def calling_application(
        self, token: str, *, serves: Callable[[UUID], bool]
    ) -> CallingApplication | None:
        """Return which application an access token that was issued for us proves."""
        return self._callers.check(token, serves=serves)

    def _redeem(
        self,
        tenant: str,
        flow: Mapping[str, object],
        answer: Mapping[str, str],
        *,
        lasting: bool,
    ) -> JsonPart:
        """Exchange the callback's code for tokens."""
        check_callback(flow, answer)
        # Nothing else that a browser brings back is anybody's business, or can be relied on.
        brought = {name: answer[name] for name in ("code", "state")}
        redeemed = self._entra.token_call(
            tenant,
            # msal takes things out of the dictionary it is given.
            lambda app: app.acquire_token_by_auth_code_flow(dict(flow), brought),
            lasting=lasting,
        )
        restart = journey_failure(EntraError.from_answer(redeemed))
        if not redeemed.ok and restart is not None:
            raise restart
        return self._entra.granted(redeemed)

    def _who(self, tenant: str, tokens: JsonPart, flow: Mapping[str, object]) -> SignedInPerson:
        """Return the person the ID token names, after every check."""
        document = self._entra.discovered(tenant)
        expected = Expected(
            audience=self._client_id,
            issuer=document.text("issuer"),
            keys_url=document.text("jwks_uri"),
            nonce=str(flow.get("nonce") or ""),
        )
        return self._checker.check(tokens.text("id_token"), expected)

    def _full_names(self, scopes: frozenset[str]) -> list[str]:
        """Return the permissions as a request names them, in a fixed order."""
        return sorted(self._cloud.scope_prefix + scope for scope in scopes - _ADDED_BY_MSAL)


def _journey(flow: dict[str, object]) -> AuthorizationRequest:
    """Part msal's flow into what the browser gets and what the server keeps."""
    kept = {name: value for name, value in flow.items() if name != "auth_uri"}
    return AuthorizationRequest(url=str(flow["auth_uri"]), flow=kept)


def _origin_of(url: str) -> str:
    """Return scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _token_set(tokens: JsonPart, asked_at: datetime, *, previous: str) -> TokenSet:
    """Read a token answer; an answer without a new refresh token leaves the old one in force."""
    return TokenSet(
        access_token=tokens.text("access_token"),
        refresh_token=tokens.text("refresh_token") or previous,
        expires_at=asked_at + timedelta(seconds=tokens.number("expires_in") or 0),
        scopes=_short_names(tokens.text("scope")),
    )


def _short_names(scope: str) -> frozenset[str]:
    """Return the permissions granted, without resource and without msal's own three."""
    return frozenset(name.rsplit("/", 1)[-1] for name in scope.split()) - _ADDED_BY_MSAL
