"""Every failure of Graph gets the verdict its row names."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from classbell.microsoft.graph.verdicts import Purpose, judge_answer, judge_network
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.errors import VerdictKind as V

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SENDING = Purpose(needs="Mail.Send")


def graph_says(status: int, *codes: str, headers: dict[str, str] | None = None) -> HttpAnswer:
    """Return an error in Graph's shape; the codes go from the outermost inwards."""
    error: dict[str, object] = {"date": "2026-11-23T08:00:00", "request-id": "r-2"}
    for code in reversed(codes):
        error = {"code": code, "message": "Words that nobody may branch on.", "innerError": error}
    return HttpAnswer(
        status, {"request-id": "r-1", **(headers or {})}, json.dumps({"error": error}).encode()
    )


ROWS = [
    (401, "InvalidAuthenticationToken", V.SIGN_IN_AGAIN),
    (401, "Unauthorized", V.SIGN_IN_AGAIN),
    (401, "ErrorUnauthorizedSomething", V.SIGN_IN_AGAIN),
    (403, "Authorization_RequestDenied", V.CONSENT_NEEDED),
    (403, "ErrorAccessDenied", V.CONSENT_NEEDED),
    (403, "ErrorSendAsDenied", V.ADMIN_NEEDED),
    (404, "MailboxNotEnabledForRESTAPI", V.MAILBOX_UNUSABLE),
    (404, "ResourceNotFound", V.MAILBOX_UNUSABLE),
    (404, "ErrorNonExistentMailbox", V.MAILBOX_UNUSABLE),
    (404, "MailboxNotFound", V.MAILBOX_UNUSABLE),
    (404, "ErrorItemNotFound", V.NOT_FOUND),
    (400, "ErrorInvalidRecipients", V.REFUSED),
    (400, "ErrorMissingRecipients", V.REFUSED),
    (400, "ErrorInvalidIdMalformed", V.OPERATOR_FAULT),
    (400, "ErrorInvalidRequest", V.OPERATOR_FAULT),
    (400, "BadRequest", V.OPERATOR_FAULT),
    (400, "RequestBodyRead", V.OPERATOR_FAULT),
    (400, "ErrorInvalidPropertySet", V.OPERATOR_FAULT),
    (400, "ErrorPropertyValidationFailure", V.OPERATOR_FAULT),
    (400, "InvalidInternetMessageHeader", V.OPERATOR_FAULT),
    (400, "ErrorDuplicateTransactionId", V.CONFLICT),
    (409, "ErrorDuplicateTransactionId", V.CONFLICT),
    (400, "ErrorOccurrenceCrossingBoundary", V.OPERATOR_FAULT),
    (400, "ErrorCalendarDurationIsTooLong", V.OPERATOR_FAULT),
    (400, "ErrorRecurrenceHasNoOccurrence", V.OPERATOR_FAULT),
    (409, "ErrorIrresolvableConflict", V.CONFLICT),
    (412, "ErrorIrresolvableConflict", V.CONFLICT),
    (410, "syncStateNotFound", V.NOT_FOUND),
    (410, "SyncStateNotFound", V.NOT_FOUND),
    (410, "resyncRequired", V.NOT_FOUND),
    (413, "ErrorMessageSizeExceeded", V.OPERATOR_FAULT),
    (400, "ErrorMessageSizeExceeded", V.OPERATOR_FAULT),
    (429, "TooManyRequests", V.THROTTLED),
    (429, "ApplicationThrottled", V.THROTTLED),
    (429, "activityLimitReached", V.THROTTLED),
    (403, "ErrorQuotaExceeded", V.MAILBOX_UNUSABLE),
    (429, "ErrorQuotaExceeded", V.MAILBOX_UNUSABLE),
    (507, "ErrorQuotaExceeded", V.MAILBOX_UNUSABLE),
    (400, "ErrorExceededMessageLimit", V.THROTTLED),
    (429, "ErrorSubmissionQuotaExceeded", V.THROTTLED),
    (403, "ErrorMessageSubmissionBlocked", V.ADMIN_NEEDED),
    (403, "ErrorAccountDisabled", V.ADMIN_NEEDED),
    *(
        (503, code, V.RETRY)
        for code in (
            "ErrorServerBusy",
            "ErrorMailboxStoreUnavailable",
            "ErrorMailboxMoveInProgress",
            "ErrorMailboxFailover",
            "ErrorInternalServerTransientError",
            "ErrorConnectionFailed",
            "serviceNotAvailable",
        )
    ),
    (500, "UnknownError", V.RETRY),
    (500, "generalException", V.RETRY),
    (504, "ErrorTimeoutExpired", V.RETRY),
    # A transient fault reported beside a 4xx is one all the same.
    (409, "ErrorServerBusy", V.RETRY),
]


@pytest.mark.parametrize(("status", "code", "kind"), ROWS)
def test_a_listed_code_decides(status: int, code: str, kind: V) -> None:
    verdict = judge_answer(graph_says(status, code), SENDING, NOW)
    assert verdict.kind is kind
    assert verdict.code == code
    assert verdict.status == status
    assert verdict.request_id == "r-1"
    assert verdict.explanation


UNLISTED = [
    (400, V.OPERATOR_FAULT),
    (401, V.SIGN_IN_AGAIN),
    (402, V.OPERATOR_FAULT),
    (403, V.CONSENT_NEEDED),
    (404, V.NOT_FOUND),
    (405, V.OPERATOR_FAULT),
    (409, V.CONFLICT),
    (410, V.NOT_FOUND),
    (412, V.CONFLICT),
    (413, V.OPERATOR_FAULT),
    (423, V.RETRY),
    (429, V.THROTTLED),
    (500, V.RETRY),
    (501, V.RETRY),
    (503, V.RETRY),
    (504, V.RETRY),
    (507, V.RETRY),
    (509, V.RETRY),
]


@pytest.mark.parametrize(("status", "kind"), UNLISTED)
def test_an_unknown_code_falls_back_on_the_status(status: int, kind: V) -> None:
    assert judge_answer(graph_says(status, "SomethingNew"), SENDING, NOW).kind is kind
    bare = judge_answer(HttpAnswer(status, {}, b"<html>proxy</html>"), SENDING, NOW)
    assert bare.kind is kind
    assert bare.code == f"HTTP {status}"


def test_the_innermost_known_code_decides() -> None:
    answer = graph_says(400, "BadRequest", "ErrorInvalidRecipients", "SomethingNew")
    verdict = judge_answer(answer, SENDING, NOW)
    assert (verdict.kind, verdict.code) == (V.REFUSED, "ErrorInvalidRecipients")


def test_the_other_spelling_of_inner_errors_is_read_too() -> None:
    body = {"error": {"code": "BadRequest", "innererror": {"code": "ErrorItemNotFound"}}}
    answer = HttpAnswer(404, {}, json.dumps(body).encode())
    assert judge_answer(answer, SENDING, NOW).code == "ErrorItemNotFound"


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_the_service_comes_before_a_code_about_the_request(status: int) -> None:
    assert judge_answer(graph_says(status, "ErrorItemNotFound"), SENDING, NOW).kind is V.RETRY


@pytest.mark.parametrize(
    ("granted", "kind"),
    [
        (None, V.CONSENT_NEEDED),
        (frozenset({"User.Read"}), V.CONSENT_NEEDED),
        (frozenset({"User.Read", "Mail.Send"}), V.ADMIN_NEEDED),
    ],
)
def test_forbidden_means_consent_unless_the_permission_is_there(
    granted: frozenset[str] | None, kind: V
) -> None:
    purpose = Purpose(needs="Mail.Send", granted=granted)
    assert judge_answer(graph_says(403, "ErrorAccessDenied"), purpose, NOW).kind is kind


def test_a_forbidden_call_names_the_permission_it_rests_on() -> None:
    rooms = Purpose(needs="Place.Read.All")
    forbidden = judge_answer(graph_says(403, "ErrorAccessDenied"), rooms, NOW)
    assert forbidden.permission == "Place.Read.All"
    assert not judge_answer(graph_says(403, "ErrorAccountDisabled"), rooms, NOW).permission
    assert not judge_answer(graph_says(404, "MailboxNotFound"), rooms, NOW).permission
    assert not forbidden.concerns_the_account


def test_an_account_that_may_not_send_is_affected_as_a_whole() -> None:
    forbidden = judge_answer(
        graph_says(403, "ErrorAccessDenied"), Purpose(area="mail", needs="Mail.Send"), NOW
    )
    assert forbidden.concerns_the_account


def test_forbidden_rooms_are_for_the_administrator_who_alone_can_grant_them() -> None:
    purpose = Purpose(needs="Place.Read.All", granted=frozenset(), admin_only=True)
    assert judge_answer(graph_says(403, "ErrorAccessDenied"), purpose, NOW).kind is V.ADMIN_NEEDED


def test_forbidden_means_a_missing_licence_for_online_meetings_only() -> None:
    answer = graph_says(403, "Forbidden")
    meetings = Purpose(needs="OnlineMeetings.ReadWrite", area="onlineMeetings")
    assert judge_answer(answer, meetings, NOW).kind is V.MAILBOX_UNUSABLE
    assert judge_answer(answer, SENDING, NOW).kind is V.CONSENT_NEEDED


def test_throttling_tells_until_when() -> None:
    answer = graph_says(429, "ApplicationThrottled", headers={"retry-after": "2.128"})
    assert judge_answer(answer, SENDING, NOW).until == NOW + timedelta(seconds=2.128)
    busy = graph_says(503, "ErrorServerBusy", headers={"retry-after": "30"})
    verdict = judge_answer(busy, SENDING, NOW)
    assert (verdict.kind, verdict.until) == (V.THROTTLED, NOW + timedelta(seconds=30))


def test_a_reached_sending_limit_waits_for_hours() -> None:
    verdict = judge_answer(graph_says(400, "ErrorExceededMessageLimit"), SENDING, NOW)
    assert verdict.until == NOW + timedelta(hours=2)


def test_a_refused_token_is_refreshed_first_and_its_challenge_passed_on() -> None:
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1795400000"}}}'
    encoded = base64.b64encode(claims.encode()).decode().rstrip("=")
    challenge = f'Bearer realm="", error="insufficient_claims", claims="{encoded}"'
    answer = graph_says(401, "InvalidAuthenticationToken", headers={"www-authenticate": challenge})
    verdict = judge_answer(answer, SENDING, NOW)
    assert verdict.refresh_first
    assert verdict.claims == claims


def test_a_repeated_create_names_the_event_that_exists() -> None:
    body = {"error": {"code": "ErrorDuplicateTransactionId", "@event.existingEventId": "AAMk1"}}
    answer = HttpAnswer(400, {}, json.dumps(body).encode())
    assert judge_answer(answer, SENDING, NOW).existing_id == "AAMk1"


@pytest.mark.parametrize(
    ("may_have_happened", "repeatable", "kind"),
    [
        (False, True, V.RETRY),
        (False, False, V.RETRY),
        (True, True, V.RETRY),
        (True, False, V.UNKNOWN),
    ],
)
def test_only_what_may_have_happened_and_must_not_happen_twice_is_unknown(
    kind: V, *, may_have_happened: bool, repeatable: bool
) -> None:
    failure = NetworkFailure("ReadTimeout", may_have_happened=may_have_happened)
    assert judge_network(failure, repeatable=repeatable).kind is kind
