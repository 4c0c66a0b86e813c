"""What a browser brings back from Entra, when it is not a code."""

from __future__ import annotations

import pytest

from classbell.microsoft.entra.callback import check_callback
from classbell.ports.errors import (
    ClassbellError,
    ProviderFailure,
    SignInCancelled,
    StateInvalid,
    VerdictKind,
    WrongOrganisation,
)

FLOW = {"state": "our-state"}


def brought(error: str, code: int | None = None) -> dict[str, str]:
    text = "" if code is None else f"AADSTS{code}: Something.\r\nTrace ID: 1"
    return {"error": error, "error_description": text, "state": "our-state"}


def test_a_code_for_our_state_passes() -> None:
    check_callback(FLOW, {"code": "0.abc", "state": "our-state"})


@pytest.mark.parametrize("answer", [{}, {"code": "x"}, {"code": "x", "state": "theirs"}])
def test_a_foreign_state_is_refused_before_anything_else(answer: dict[str, str]) -> None:
    with pytest.raises(StateInvalid):
        check_callback(FLOW, answer)
    with pytest.raises(StateInvalid):
        check_callback({}, {"code": "x", "state": ""})


def test_neither_code_nor_error_means_start_again() -> None:
    with pytest.raises(StateInvalid):
        check_callback(FLOW, {"state": "our-state"})


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        ("access_denied", 65004, SignInCancelled),
        ("access_denied", None, SignInCancelled),
        ("access_denied", 50020, WrongOrganisation),
        ("invalid_grant", 54005, StateInvalid),
    ],
)
def test_what_the_person_did_is_no_verdict_about_the_account(
    error: str, code: int | None, expected: type[ClassbellError]
) -> None:
    with pytest.raises(expected):
        check_callback(FLOW, brought(error, code))


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        ("access_denied", 90094, VerdictKind.ADMIN_NEEDED),
        ("consent_required", 90095, VerdictKind.ADMIN_NEEDED),
        ("consent_required", 65001, VerdictKind.ADMIN_NEEDED),
        ("consent_required", 65004, VerdictKind.ADMIN_NEEDED),
        ("access_denied", 65001, VerdictKind.ADMIN_NEEDED),
        ("access_denied", 50105, VerdictKind.ADMIN_NEEDED),
        ("interaction_required", 50058, VerdictKind.SIGN_IN_AGAIN),
        ("login_required", None, VerdictKind.SIGN_IN_AGAIN),
        ("invalid_request", None, VerdictKind.OPERATOR_FAULT),
        ("unauthorized_client", 700016, VerdictKind.CONSENT_NEEDED),
        ("unsupported_response_type", None, VerdictKind.OPERATOR_FAULT),
        ("invalid_resource", None, VerdictKind.OPERATOR_FAULT),
        ("server_error", None, VerdictKind.RETRY),
        ("temporarily_unavailable", None, VerdictKind.RETRY),
    ],
)
def test_other_errors_have_a_verdict(error: str, code: int | None, kind: VerdictKind) -> None:
    with pytest.raises(ProviderFailure) as caught:
        check_callback(FLOW, brought(error, code))
    assert caught.value.verdict.kind is kind
