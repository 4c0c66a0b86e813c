"""Uses msal: a fresh application per call, through the one HTTP door, judged by Entra's answers."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from threading import Lock

import msal

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra.claims import EARLY_END
from classbell.microsoft.entra.credentials import ClientCredential, Proofs
from classbell.microsoft.entra.transport import DISCOVERY, DiscoveryCache, MsalHttp
from classbell.microsoft.entra.verdicts import EntraError, judge_answer, judge_network
from classbell.network.http import HttpDoor
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.clock import Clock
from classbell.ports.errors import ConfigurationFault, ProviderFailure, Verdict, VerdictKind

MALFORMED = "malformed_answer"
INVALID_CLIENT = "invalid_client"

# What msal says below a warning quotes whole requests, with the verifier of a sign-in in them: no
# level that somebody sets for the process as a whole may bring that into a log.
logging.getLogger("msal").setLevel(logging.WARNING)

# Filters of warnings are the whole process's; two threads must not exchange them at once.
_WARNINGS = Lock()

# What msal raises about an answer it does not like, besides what it returns.
_MSAL_ERRORS = (msal.exceptions.MsalError, ValueError, RuntimeError, KeyError)


class EntraApplication:
    """Our application's registration, as it speaks to Entra's endpoints.

    Each call makes a fresh msal application: one that lives on answers a failing call that is
    repeated from its memory for a minute, and would hide that a policy was mended.
    """

    def __init__(
        self,
        *,
        cloud: Cloud,
        door: HttpDoor,
        clock: Clock,
        client_id: str,
        credential: ClientCredential | Proofs,
    ) -> None:
        self._login_url = cloud.login_url
        self._client_id = client_id
        self._proofs = credential if isinstance(credential, Proofs) else Proofs([credential])
        self._door = door
        self._clock = clock
        self._discovery = DiscoveryCache()

    def begin(
        self, tenant: str, scopes: list[str], *, lasting: bool, **parameters: str | None
    ) -> dict[str, object]:
        """Start the authorization code flow and return msal's record of it.

        https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow

        Args:
            tenant: a GUID or ``organizations``.
            scopes: permissions by their full names.
            lasting: whether offline_access is asked for.
            parameters: further ones of msal's ``initiate_auth_code_flow``.

        Raises:
            ProviderFailure: the tenant's discovery document cannot be had.
            ConfigurationFault: msal cannot work with our settings.
        """
        proof = self._proofs.in_order()[0]
        app = self._made(tenant, self._transport(), proof, lasting=lasting)
        with _WARNINGS, warnings.catch_warnings():
            # msal prefers form_post; but a browser sends no Lax cookie with a form posted from
            # another site, and the cookie is what binds the journey to the browser.
            warnings.filterwarnings("ignore", message="response_mode=", category=UserWarning)
            flow: dict[str, object] = app.initiate_auth_code_flow(
                scopes, response_mode="query", **parameters
            )
        return flow

    def token_call(
        self,
        tenant: str,
        action: Callable[[msal.ConfidentialClientApplication], object],
        *,
        lasting: bool,
    ) -> HttpAnswer:
        """Use a fresh msal application once and return what the token endpoint answered.

        Where Microsoft refuses the application's proof and another stands by, the call is made
        once more with that: nothing was used up, for the proof is judged before anything else.
        """
        first, *others = self._proofs.in_order()
        answer = self._called(tenant, action, first, lasting=lasting)
        for proof in others:
            if not _refuses_the_proof(answer):
                return answer
            second = self._called(tenant, action, proof, lasting=lasting)
            if not _refuses_the_proof(second):
                self._proofs.accepted(proof)
                return second
        return answer

    def _called(
        self,
        tenant: str,
        action: Callable[[msal.ConfidentialClientApplication], object],
        proof: ClientCredential,
        *,
        lasting: bool,
    ) -> HttpAnswer:
        """Use a fresh msal application once.

        msal returns some failures and raises others. Either way Entra's own answer decides, so
        what msal says about an answer is left to the reader of that answer.
        """
        transport = self._transport()
        app = self._made(tenant, transport, proof, lasting=lasting)
        transport.forget()
        try:
            action(app)
        except NetworkFailure as failure:
            raise ProviderFailure(judge_network(failure)) from failure
        except _MSAL_ERRORS:
            if transport.last is None:
                raise
        if transport.last is None:
            raise _malformed("Microsoft was not asked for tokens.")
        return transport.last

    def _made(
        self, tenant: str, transport: MsalHttp, proof: ClientCredential, *, lasting: bool
    ) -> msal.ConfidentialClientApplication:
        """Make an msal application; that reads the discovery document."""
        authority = f"{self._login_url}/{tenant}"
        try:
            return msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=proof.for_msal(),
                authority=authority,
                instance_discovery=False,
                # A region named in the environment must not move the token endpoint.
                azure_region=False,
                http_client=transport,
                exclude_scopes=None if lasting else ["offline_access"],
                # Tokens that are used at once and discarded need no early end.
                client_capabilities=[EARLY_END] if lasting else None,
            )
        except NetworkFailure as failure:
            raise ProviderFailure(judge_network(failure)) from failure
        except _MSAL_ERRORS as error:
            if transport.last is None:
                raise ConfigurationFault(
                    f"{authority} cannot be used to sign in: {error}",
                    meaning="Nobody can sign in or be connected.",
                    remedy="Check CLASSBELL_LOGIN_URL, CLASSBELL_CLIENT_ID and the credential.",
                ) from error
            raise self._refused(transport.last) from error

    def _transport(self) -> MsalHttp:
        """Make the HTTP client of one msal application."""
        return MsalHttp(self._door, self._discovery)

    def discovered(self, tenant: str, *, by: HttpDoor | None = None) -> JsonPart:
        """Return the discovery document of a tenant.

        Args:
            tenant: a GUID or ``organizations``.
            by: another door than usual, such as one that does not wait long.
        """
        transport = MsalHttp(by or self._door, self._discovery)
        try:
            transport.get(f"{self._login_url}/{tenant}/v2.0{DISCOVERY}")
        except NetworkFailure as failure:
            raise ProviderFailure(judge_network(failure)) from failure
        if transport.last is None or not transport.last.ok:
            raise self._refused(transport.last)
        return JsonPart(transport.last.json())

    def granted(self, answer: HttpAnswer) -> JsonPart:
        """Return the body of a token answer, or raise what its failure means."""
        body = JsonPart(answer.json())
        if not answer.ok or not body.text("access_token"):
            raise self._refused(answer)
        return body

    def _refused(self, answer: HttpAnswer | None) -> ProviderFailure:
        """Make the failure of an answer that is no success, or no sense."""
        if answer is None or answer.ok:
            return _malformed("Microsoft's sign-in service gave an answer without sense.")
        return ProviderFailure(judge_answer(answer, self._clock.now()))


def _refuses_the_proof(answer: HttpAnswer) -> bool:
    """Say whether an answer is about the application's own credential, not about its request."""
    return not answer.ok and EntraError.from_answer(answer).error == INVALID_CLIENT


def _malformed(explanation: str) -> ProviderFailure:
    """Make the failure of an answer that cannot be read: Microsoft's side, so it is tried again."""
    return ProviderFailure(Verdict(VerdictKind.RETRY, MALFORMED, explanation))
