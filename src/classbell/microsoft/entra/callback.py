"""What a browser brings back from Entra when it brings no code.

The parameters: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from classbell.microsoft.entra.codes import CallbackResult
from classbell.microsoft.entra.verdicts import EntraError, judge_redirect
from classbell.ports.errors import (
    ApprovalNeeded,
    Audience,
    ClassbellError,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)

_UNCHANGED = "Nothing was changed."

DECLINED = 65004
"""Somebody pressed Cancel on the page of consent, so that page was shown."""

CONSENT_DECLINED = "consent_declined"

_APPROVAL = frozenset({90094, 90095, 65001})


def check_callback(flow: Mapping[str, object], answer: Mapping[str, str]) -> None:
    """Let only a callback pass that carries a code for this very journey.

    Args:
        flow: as ``begin_…`` returned it.
        answer: the parameters of the callback.

    Raises:
        StateInvalid: the state is not the journey's, or there is neither code nor error.
        SignInCancelled: the person turned back.
        WrongOrganisation: the account is of an organisation that may not use this.
        ProviderFailure: Entra refuses for a reason that has a verdict.
    """
    expected, given = str(flow.get("state") or ""), answer.get("state", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise StateInvalid(
            "This sign-in was not started here, or it is over already.",
            meaning=_UNCHANGED,
            remedy="Start again from Classbell.",
        )
    if answer.get("error"):
        raise redirect_failure(EntraError.from_callback(answer))
    if not answer.get("code"):
        raise restart_needed()


def redirect_failure(error: EntraError) -> ClassbellError:
    """Return the exception that says what an error on the redirect means."""
    verdict = judge_redirect(error)
    if verdict.kind is VerdictKind.ADMIN_NEEDED:
        approval = error.error == "consent_required" or _APPROVAL.intersection(error.codes)
        return ApprovalNeeded(verdict) if approval else ProviderFailure(verdict)
    if error.error == "access_denied" and not error.codes:
        return _cancelled(error)
    return journey_failure(error) or ProviderFailure(verdict)


def journey_failure(error: EntraError) -> ClassbellError | None:
    """Return the exception for a code about the person's journey, or None if it has none."""
    match error.result:
        case CallbackResult.CANCELLED:
            return _cancelled(error)
        case CallbackResult.OTHER_ACCOUNT:
            return WrongOrganisation(
                "This account does not belong to your organisation.",
                meaning=_UNCHANGED,
                remedy="Sign in with a work account of your organisation.",
            )
        case CallbackResult.RESTART:
            return restart_needed()
        case None:
            return None


def restart_needed() -> StateInvalid:
    """Make the exception for a journey that has to begin anew."""
    return StateInvalid(
        "Microsoft's answer was used already, or is incomplete.",
        meaning=_UNCHANGED,
        remedy="Start again from Classbell.",
    )


def _cancelled(error: EntraError) -> SignInCancelled:
    """Make the exception for a person who turned back; its code says whether at consent."""
    return SignInCancelled(
        "The sign-in at Microsoft was cancelled.",
        meaning=_UNCHANGED,
        remedy="Start again whenever you are ready.",
        who=Audience.CATALOG_ADMIN,
        code=CONSENT_DECLINED if DECLINED in error.codes else "",
    )
