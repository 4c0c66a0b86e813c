"""Every failure of Entra ID gets the verdict its row names."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from classbell.microsoft.entra.verdicts import EntraError, judge_answer, judge_network
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.errors import VerdictKind as V

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def entra_says(status: int, error: str, *codes: int, **more: str) -> HttpAnswer:
    """Return an answer of the token endpoint in Entra's shape."""
    headers = {"retry-after": more.pop("retry_after")} if "retry_after" in more else {}
    body = {
        "error": error,
        "error_description": "".join(f"AADSTS{code}: Something.\r\n" for code in codes),
        "error_codes": list(codes),
        "trace_id": "trace-1",
        **more,
    }
    return HttpAnswer(status, headers, json.dumps(body).encode())


LISTED = [
    # Sign in again.
    (400, "invalid_grant", 50173, V.SIGN_IN_AGAIN),
    (400, "invalid_grant", 700082, V.SIGN_IN_AGAIN),
    (400, "invalid_grant", 70008, V.SIGN_IN_AGAIN),
    (400, "invalid_grant", 70000, V.SIGN_IN_AGAIN),
    (400, "invalid_grant", 70043, V.SIGN_IN_AGAIN),
    *((400, "invalid_grant", code, V.SIGN_IN_AGAIN) for code in (50133, 50132, 50089)),
    *((400, "invalid_grant", code, V.SIGN_IN_AGAIN) for code in (50055, 50144, 50056, 50126)),
    *((400, "interaction_required", code, V.SIGN_IN_AGAIN) for code in (50058, 16000, 16001)),
    *((400, "invalid_grant", code, V.SIGN_IN_AGAIN) for code in (50076, 50074, 50078, 50079)),
    (400, "invalid_grant", 50072, V.SIGN_IN_AGAIN),
    (400, "interaction_required", 50158, V.SIGN_IN_AGAIN),
    (400, "invalid_grant", 50053, V.SIGN_IN_AGAIN),
    # An administrator.
    *((400, "invalid_grant", code, V.ADMIN_NEEDED) for code in (53003, 53000, 53001, 53002)),
    *((400, "interaction_required", code, V.ADMIN_NEEDED) for code in (50097, 50131, 530032)),
    *((400, "interaction_required", code, V.ADMIN_NEEDED) for code in (530034, 530035, 53004)),
    *((400, "interaction_required", code, V.ADMIN_NEEDED) for code in (53010, 53011)),
    (400, "invalid_grant", 50057, V.ADMIN_NEEDED),
    (400, "invalid_grant", 50105, V.ADMIN_NEEDED),
    (400, "consent_required", 90094, V.ADMIN_NEEDED),
    (400, "consent_required", 90095, V.ADMIN_NEEDED),
    (400, "invalid_request", 650052, V.ADMIN_NEEDED),
    (400, "invalid_resource", 500011, V.ADMIN_NEEDED),
    *((400, "invalid_request", code, V.ADMIN_NEEDED) for code in (90072, 500212, 500213)),
    # The account or organisation is gone.
    (400, "invalid_grant", 50034, V.MAILBOX_UNUSABLE),
    (400, "invalid_grant", 51004, V.MAILBOX_UNUSABLE),
    (400, "invalid_grant", 50014, V.MAILBOX_UNUSABLE),
    (400, "invalid_request", 90002, V.MAILBOX_UNUSABLE),
    # Consent.
    (400, "invalid_grant", 65001, V.CONSENT_NEEDED),
    (400, "unauthorized_client", 700016, V.CONSENT_NEEDED),
    # The operator.
    (400, "invalid_grant", 700084, V.OPERATOR_FAULT),
    *((400, "invalid_client", code, V.OPERATOR_FAULT) for code in (65005, 650054, 650056, 650057)),
    (400, "invalid_client", 90099, V.OPERATOR_FAULT),
    *((400, "unauthorized_client", code, V.OPERATOR_FAULT) for code in (700038, 70001, 7000112)),
    (400, "invalid_request", 50194, V.OPERATOR_FAULT),
    *((401, "invalid_client", code, V.OPERATOR_FAULT) for code in (7000215, 7000222, 7000218)),
    *((401, "invalid_client", code, V.OPERATOR_FAULT) for code in (700027, 50012, 700022, 700023)),
    *((400, "invalid_grant", code, V.OPERATOR_FAULT) for code in (50013, 700229, 501481, 700005)),
    (400, "invalid_request", 50011, V.OPERATOR_FAULT),
    (400, "invalid_scope", 70011, V.OPERATOR_FAULT),
    (400, "invalid_scope", 1002012, V.OPERATOR_FAULT),
    (400, "unsupported_grant_type", 70003, V.OPERATOR_FAULT),
    *((400, "invalid_request", code, V.OPERATOR_FAULT) for code in (900144, 90014, 9002313, 90023)),
    # It mends itself.
    (400, "invalid_grant", 50196, V.RETRY),
    (429, "invalid_request", 90055, V.THROTTLED),
    *((400, "server_error", code, V.RETRY) for code in (90033, 50033, 90012, 90024)),
    *((400, "temporarily_unavailable", code, V.RETRY) for code in (90006, 90090, 50087, 40010)),
]


@pytest.mark.parametrize(("status", "error", "code", "kind"), LISTED)
def test_a_listed_code_decides(status: int, error: str, code: int, kind: V) -> None:
    verdict = judge_answer(entra_says(status, error, code), NOW)
    assert verdict.kind is kind
    assert verdict.code == f"AADSTS{code}"
    assert verdict.explanation
    assert verdict.request_id == "trace-1"


UNLISTED = [
    (401, "invalid_client", "", V.OPERATOR_FAULT),
    (400, "unauthorized_client", "", V.OPERATOR_FAULT),
    (400, "invalid_request", "", V.OPERATOR_FAULT),
    (400, "invalid_scope", "", V.OPERATOR_FAULT),
    (400, "unsupported_grant_type", "", V.OPERATOR_FAULT),
    (400, "invalid_grant", "consent_required", V.CONSENT_NEEDED),
    (400, "consent_required", "", V.CONSENT_NEEDED),
    (400, "invalid_grant", "bad_token", V.SIGN_IN_AGAIN),
    (400, "invalid_grant", "", V.SIGN_IN_AGAIN),
    (400, "interaction_required", "basic_action", V.SIGN_IN_AGAIN),
    (400, "temporarily_unavailable", "", V.RETRY),
    (400, "something_new", "", V.RETRY),
]


@pytest.mark.parametrize(("status", "error", "suberror", "kind"), UNLISTED)
def test_an_unlisted_code_is_judged_by_its_error(
    status: int, error: str, suberror: str, kind: V
) -> None:
    assert judge_answer(entra_says(status, error, 999999, suberror=suberror), NOW).kind is kind
    assert judge_answer(entra_says(status, error, suberror=suberror), NOW).kind is kind


@pytest.mark.parametrize("code", [53999, 530099])
def test_a_new_code_of_the_policy_family_is_for_the_administrator(code: int) -> None:
    assert judge_answer(entra_says(400, "invalid_grant", code), NOW).kind is V.ADMIN_NEEDED


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_of_the_service_comes_before_any_code(status: int) -> None:
    assert judge_answer(entra_says(status, "invalid_grant", 50173), NOW).kind is V.RETRY


def test_a_throttled_service_tells_until_when() -> None:
    verdict = judge_answer(entra_says(429, "invalid_grant", 50173, retry_after="2.5"), NOW)
    assert verdict.kind is V.THROTTLED
    assert verdict.until == NOW + timedelta(seconds=2.5)
    busy = judge_answer(entra_says(503, "temporarily_unavailable", retry_after="60"), NOW)
    assert busy.kind is V.THROTTLED
    assert busy.until == NOW + timedelta(minutes=1)


def test_a_claims_challenge_is_passed_on_as_it_is() -> None:
    claims = '{"access_token":{"capolids":{"essential":true,"values":["p"]}}}'
    answer = entra_says(400, "invalid_grant", 50076, suberror="basic_action", claims=claims)
    assert judge_answer(answer, NOW).claims == claims


def test_a_code_only_in_the_text_counts_as_well() -> None:
    body = {"error": "invalid_grant", "error_description": "AADSTS53003: Blocked."}
    verdict = judge_answer(HttpAnswer(400, {}, json.dumps(body).encode()), NOW)
    assert (verdict.kind, verdict.code) == (V.ADMIN_NEEDED, "AADSTS53003")


@pytest.mark.parametrize("body", [b"", b"<html>proxy</html>", b"[]", b'{"error": 5}'])
def test_an_answer_without_sense_keeps_the_connection(body: bytes) -> None:
    assert judge_answer(HttpAnswer(400, {}, body), NOW).kind is V.RETRY


@pytest.mark.parametrize("may_have_happened", [True, False])
def test_a_broken_network_is_tried_again(*, may_have_happened: bool) -> None:
    failure = NetworkFailure("ReadTimeout", may_have_happened=may_have_happened)
    assert judge_network(failure).kind is V.RETRY


def test_a_redirects_error_is_read_from_its_parameters() -> None:
    error = EntraError.from_callback(
        {"error": "access_denied", "error_description": "AADSTS65004: User declined."}
    )
    assert error.codes == (65004,)
