"""Entra's refusals, and the body or redirect parameters that carry them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from m365sandbox.entra.codes import CODES

# The errors an application may be called back with; any other ends on the service's own page.
# https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-codes-for-authorization-endpoint-errors
CALLBACK_ERRORS = frozenset(
    {
        *("access_denied", "consent_required", "interaction_required", "login_required"),
        *("invalid_request", "invalid_scope", "invalid_resource", "unauthorized_client"),
        *("unsupported_response_type", "server_error", "temporarily_unavailable"),
    }
)


class EntraError(Exception):
    """A refusal with its code, the words filled in, and claims where the client must send them."""

    def __init__(
        self, number: int, *, claims: str | None = None, error: str | None = None, **words: str
    ) -> None:
        """Refuse with AADSTS `number`; `words` fill the sentence, `error` overrides its word."""
        self.code = CODES[number]
        self.text = self.code.text.format_map(Words(words))
        self.words = words
        self.claims = claims
        self.error = error or self.code.error
        super().__init__(f"AADSTS{number}: {self.text}")

    @property
    def number(self) -> int:
        """Return the AADSTS number."""
        return self.code.number

    @property
    def calls_back(self) -> bool:
        """Say whether the application is told of it when it happens during a sign-in."""
        return not self.code.stays_on_page and self.error in CALLBACK_ERRORS


class Words(dict[str, str]):
    """The words of a sentence; one that is not known is named instead."""

    def __missing__(self, name: str) -> str:
        """Return the name of a missing word."""
        return f"({name})"


def at_will(number: int, words: Mapping[str, str]) -> EntraError:
    """Return the refusal that a fault asks for, with claims where its code brings some."""
    return EntraError(
        number, claims=capolids("fault") if CODES[number].asks_for_claims else None, **words
    )


def capolids(value: str) -> str:
    """Return the claims that name a policy a client must satisfy on its next request."""
    wanted = {"access_token": {"capolids": {"essential": True, "values": [value]}}}
    return json.dumps(wanted, separators=(",", ":"))


@dataclass(frozen=True)
class Trace:
    """What Entra prints under every refusal: ids for support, and the sandbox's time."""

    trace_id: str
    correlation_id: str
    now: datetime

    @property
    def stamp(self) -> str:
        """Return the time as Entra writes it."""
        return self.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def describe(error: EntraError, trace: Trace) -> str:
    """Return error_description."""
    return (
        f"AADSTS{error.number}: {error.text}\r\nTrace ID: {trace.trace_id}\r\n"
        f"Correlation ID: {trace.correlation_id}\r\nTimestamp: {trace.stamp}"
    )


def error_body(error: EntraError, trace: Trace, base: str) -> dict[str, object]:
    """Return the JSON of the token endpoint for a refusal; `base` is the public login address."""
    body: dict[str, object] = {
        "error": error.error,
        "error_description": describe(error, trace),
        "error_codes": [error.number],
        "timestamp": trace.stamp,
        "trace_id": trace.trace_id,
        "correlation_id": trace.correlation_id,
    }
    if error.code.has_uri:
        body["error_uri"] = f"{base}/error?code={error.number}"
    if error.code.suberror is not None:
        body["suberror"] = error.code.suberror
    if error.claims is not None:
        body["claims"] = error.claims
    return body


def error_parameters(error: EntraError, trace: Trace, base: str) -> dict[str, str]:
    """Return what a refusal adds to the client's redirect address."""
    parameters = {
        "error": error.error,
        "error_description": describe(error, trace),
        "error_uri": f"{base}/error?code={error.number}",
    }
    if error.number == 65004:  # noqa: PLR2004 -- the AADSTS code of Cancel
        parameters["error_subcode"] = "cancel"
    return parameters
