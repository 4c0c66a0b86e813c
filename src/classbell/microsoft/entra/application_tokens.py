"""Tokens of the application itself, for what it uses without anybody's sign-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Lock
from time import monotonic
from uuid import UUID

from classbell.microsoft.entra.application import EntraApplication
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.ports.identity import ApplicationToken

KEPT_SECONDS = 600.0
"""Machine seconds after which a token is asked for anew, so that one refused mends itself soon."""

SPARE = timedelta(minutes=5)
"""Business time that a token handed out is still good for."""

_PASSING = frozenset({VerdictKind.RETRY, VerdictKind.THROTTLED})
_A_PERSON_MENDS = frozenset({VerdictKind.SIGN_IN_AGAIN, VerdictKind.CONSENT_NEEDED})


class ApplicationTokens:
    """Asks for tokens by client credentials and keeps each for a while; shared by all threads.

    https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """

    def __init__(self, entra: EntraApplication, clock: Clock) -> None:
        self._entra = entra
        self._clock = clock
        self._kept: dict[tuple[UUID, str], tuple[float, ApplicationToken]] = {}
        self._lock = Lock()

    def for_service(self, tenant_id: UUID, scope: str) -> ApplicationToken:
        """Return a token for a service that the operator provides.

        Args:
            tenant_id: in which organisation the application asks.
            scope: a resource with ``/.default``; empty where the cloud is not known to have it.

        Raises:
            ProviderFailure: ``OPERATOR_FAULT``, unless it passes by itself: nobody else can mend
                what the application may do.
        """
        if not scope:
            raise ProviderFailure(_not_in_this_cloud())
        try:
            return self._get(tenant_id, scope, fresh=False)
        except ProviderFailure as failure:
            if failure.verdict.kind in _PASSING:
                raise
            verdict = replace(failure.verdict, kind=VerdictKind.OPERATOR_FAULT)
            raise ProviderFailure(verdict) from failure

    def for_mailboxes(self, tenant_id: UUID, scope: str, *, fresh: bool) -> ApplicationToken:
        """Return a token for mailboxes that an administrator of the organisation opened.

        Args:
            tenant_id: in which organisation the application asks.
            scope: Graph, with ``/.default``.
            fresh: whether one that is kept must not be used.

        Raises:
            ProviderFailure: ``ADMIN_NEEDED`` for whatever a person would mend by signing in or
                consenting, such as that the organisation does not know the application.
        """
        try:
            return self._get(tenant_id, scope, fresh=fresh)
        except ProviderFailure as failure:
            if failure.verdict.kind not in _A_PERSON_MENDS:
                raise
            verdict = replace(failure.verdict, kind=VerdictKind.ADMIN_NEEDED)
            raise ProviderFailure(verdict) from failure

    def _get(self, tenant_id: UUID, scope: str, *, fresh: bool) -> ApplicationToken:
        """Return a token that is good for some minutes at least."""
        with self._lock:
            until, token = self._kept.get((tenant_id, scope), (0.0, None))
        if (
            token
            and not fresh
            and monotonic() < until
            and token.expires_at > self._clock.now() + SPARE
        ):
            return token
        token = self._asked(tenant_id, scope)
        with self._lock:
            self._kept[tenant_id, scope] = (monotonic() + KEPT_SECONDS, token)
        return token

    def _asked(self, tenant_id: UUID, scope: str) -> ApplicationToken:
        """Ask the token endpoint."""
        asked_at = self._clock.now()
        answer = self._entra.token_call(
            str(tenant_id), lambda app: app.acquire_token_for_client([scope]), lasting=False
        )
        granted = self._entra.granted(answer)
        life = timedelta(seconds=granted.number("expires_in") or 0)
        return ApplicationToken(granted.text("access_token"), asked_at + life)


def _not_in_this_cloud() -> Verdict:
    return Verdict(
        VerdictKind.OPERATOR_FAULT,
        code="no_email_token",
        explanation=(
            "This cloud is not known to give tokens for Communication Services; set the resource's "
            "access key instead."
        ),
    )
