"""Sorts every failure of Entra ID into a verdict.

The order of deciding: the network, 5xx and 429; then a code that the table lists; then ``error``,
``suberror`` and the family of the code, because Microsoft may add codes at any time:
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.entra.codes import (
    RESULT_BY_CODE,
    ROW_BY_CODE,
    CallbackResult,
)
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.errors import Verdict, VerdictKind

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500

_CODE = re.compile(r"AADSTS(\d+)")

# Mistakes of ours: no admin of a catalog can mend them.
_OUR_FAULTS = frozenset(
    {
        "invalid_client",
        "invalid_request",
        "invalid_resource",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
    }
)
_SIGN_IN = frozenset({"invalid_grant", "interaction_required", "login_required"})


@dataclass(frozen=True, slots=True)
class EntraError:
    """What Entra said, on the redirect or at the token endpoint.

    ``codes`` are the AADSTS numbers, in the order given.
    """

    error: str
    suberror: str = ""
    codes: tuple[int, ...] = ()
    claims: str = ""
    trace_id: str = ""

    @classmethod
    def from_answer(cls, answer: HttpAnswer) -> EntraError:
        """Read the body of the token endpoint or of discovery."""
        body = JsonPart(answer.json())
        return cls(
            error=body.text("error"),
            suberror=body.text("suberror"),
            codes=body.numbers("error_codes") or _codes_in(body.text("error_description")),
            claims=body.text("claims"),
            trace_id=body.text("trace_id") or answer.request_id,
        )

    @classmethod
    def from_callback(cls, parameters: Mapping[str, str]) -> EntraError:
        """Read the parameters of a redirect that carries an error."""
        return cls(
            error=parameters.get("error", ""),
            suberror=parameters.get("error_subcode", ""),
            codes=_codes_in(parameters.get("error_description", "")),
        )

    @property
    def result(self) -> CallbackResult | None:
        """What the codes say about the person's journey, if anything."""
        return next((RESULT_BY_CODE[code] for code in self.codes if code in RESULT_BY_CODE), None)


def _codes_in(description: str) -> tuple[int, ...]:
    """Find the codes in an error's text, which names them as AADSTS and a number."""
    return tuple(int(found) for found in _CODE.findall(description))


def judge_network(failure: NetworkFailure) -> Verdict:
    """Return the verdict of a token call that was not answered.

    A repeated refresh harms nothing, so it may be tried again even where it may have happened.
    """
    return Verdict(
        VerdictKind.RETRY,
        code="network",
        explanation=f"Microsoft's sign-in service could not be reached ({failure.reason}).",
    )


def judge_answer(answer: HttpAnswer, now: datetime) -> Verdict:
    """Return the verdict of an answer that is no success.

    Args:
        answer: of the token endpoint, of discovery or of the key endpoint.
        now: business time, aware UTC, for Retry-After.
    """
    error = EntraError.from_answer(answer)
    until = answer.retry_at(now)
    kind, explanation = _kind(answer.status, error)
    if kind is VerdictKind.RETRY and (answer.status == TOO_MANY_REQUESTS or until is not None):
        kind = VerdictKind.THROTTLED
    return Verdict(
        kind,
        code=_name(error, answer.status),
        explanation=explanation,
        until=until if kind is VerdictKind.THROTTLED else None,
        status=answer.status,
        request_id=error.trace_id,
        claims=error.claims,
    )


def judge_redirect(error: EntraError) -> Verdict:
    """Return the verdict of an error on the redirect.

    «Return to the application without granting consent», on the page that says an administrator
    has to approve, comes back as consent_required or access_denied; nothing else makes Entra send
    consent_required to a page that was allowed to ask.
    """
    kind, explanation = _kind(None, error)
    wants_consent = kind is VerdictKind.CONSENT_NEEDED
    if error.error == "consent_required" or (error.error == "access_denied" and wants_consent):
        kind = VerdictKind.ADMIN_NEEDED
        explanation = "An administrator has to approve the permissions."
    return Verdict(kind, code=_name(error, None), explanation=explanation, claims=error.claims)


def _kind(status: int | None, error: EntraError) -> tuple[VerdictKind, str]:
    """Decide, in the order the module's docstring names."""
    if status is not None and (status >= SERVER_ERRORS or status == TOO_MANY_REQUESTS):
        return VerdictKind.RETRY, "Microsoft's sign-in service is overloaded or has a fault."
    row = next((ROW_BY_CODE[code] for code in error.codes if code in ROW_BY_CODE), None)
    if row is not None:
        return row.kind, row.explanation
    return _kind_of_unlisted(error)


def _kind_of_unlisted(error: EntraError) -> tuple[VerdictKind, str]:
    """Decide about a code that no row lists, by what kind of error it is called."""
    if error.error in _OUR_FAULTS:
        return VerdictKind.OPERATOR_FAULT, "Microsoft refused the application's request."
    if "consent_required" in {error.error, error.suberror}:
        return VerdictKind.CONSENT_NEEDED, "A permission has not been granted, or was withdrawn."
    if any(_is_policy_code(code) for code in error.codes):
        return VerdictKind.ADMIN_NEEDED, "A policy of the organisation blocks this sign-in."
    if error.error in _SIGN_IN:
        return VerdictKind.SIGN_IN_AGAIN, "Microsoft asks for a new sign-in."
    return VerdictKind.RETRY, "Microsoft's sign-in service gave an unknown answer."


def _is_policy_code(code: int) -> bool:
    """Tell whether a code is of the 53xxx family: conditional access and its kin."""
    return str(code).startswith("53") and len(str(code)) in {5, 6}


def _name(error: EntraError, status: int | None) -> str:
    """Name the most specific code: a listed one, else the first, else the error's word."""
    listed = (*ROW_BY_CODE, *RESULT_BY_CODE)
    code = next((code for code in error.codes if code in listed), None)
    if code is None and error.codes:
        code = error.codes[0]
    if code is not None:
        return f"AADSTS{code}"
    return error.error or (f"HTTP {status}" if status is not None else "unknown")
