"""Every failure of Communication Services gets the verdict its row names."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from classbell.microsoft.acs.verdicts import judge_answer, judge_network
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.errors import VerdictKind as V

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def azure_says(
    status: int, code: str, target: str | None = None, headers: dict[str, str] | None = None
) -> HttpAnswer:
    """Return an error in the service's shape."""
    error = {"code": code, "message": "Words that nobody may branch on.", "target": target}
    body = {"error": error | {"details": None, "additionalInfo": None}}
    return HttpAnswer(
        status, {"x-ms-request-id": "r-1", **(headers or {})}, json.dumps(body).encode()
    )


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "Denied", V.OPERATOR_FAULT),
        (401, "Unauthorized", V.OPERATOR_FAULT),
        (403, "Forbidden", V.OPERATOR_FAULT),
        (403, "SubscriptionBlocked", V.OPERATOR_FAULT),
        (404, "DomainNotLinked", V.OPERATOR_FAULT),
        (400, "InvalidSenderUserName", V.OPERATOR_FAULT),
        (400, "invalidsenderusername", V.OPERATOR_FAULT),
        (400, "InvalidEmailAddress", V.REFUSED),
        (400, "InvalidRecipients", V.REFUSED),
        (400, "TooManyRecipients", V.REFUSED),
        (400, "BadRequest", V.OPERATOR_FAULT),
        (409, "Conflict", V.UNKNOWN),
        (413, "RequestEntityTooLarge", V.REFUSED),
        (429, "TooManyRequests", V.THROTTLED),
        (500, "InternalServerError", V.UNKNOWN),
        (502, "SomethingNew", V.UNKNOWN),
        (503, "ServiceUnavailable", V.UNKNOWN),
        # A fault of the service comes before a code about the request.
        (503, "InvalidEmailAddress", V.UNKNOWN),
    ],
)
def test_a_listed_code_decides(status: int, code: str, kind: V) -> None:
    verdict = judge_answer(azure_says(status, code), NOW, sending=True)
    assert (verdict.kind, verdict.code, verdict.status) == (kind, code, status)
    assert verdict.request_id == "r-1"
    assert verdict.explanation
    assert not verdict.concerns_the_account


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, V.OPERATOR_FAULT),
        (400, V.OPERATOR_FAULT),
        (401, V.OPERATOR_FAULT),
        (403, V.OPERATOR_FAULT),
        (404, V.OPERATOR_FAULT),
        (408, V.RETRY),
        (409, V.UNKNOWN),
        (412, V.OPERATOR_FAULT),
        (413, V.REFUSED),
        (422, V.OPERATOR_FAULT),
        (429, V.THROTTLED),
        (500, V.UNKNOWN),
        (503, V.UNKNOWN),
    ],
)
def test_an_unknown_code_falls_back_on_the_status(status: int, kind: V) -> None:
    assert judge_answer(azure_says(status, "SomethingNew"), NOW, sending=True).kind is kind
    bare = judge_answer(HttpAnswer(status, {}, b"<html>proxy</html>"), NOW, sending=True)
    assert (bare.kind, bare.code) == (kind, f"HTTP {status}")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_who_breaks_over_a_mail_may_have_sent_it(status: int) -> None:
    bare = HttpAnswer(status, {}, b"bad gateway")
    assert judge_answer(bare, NOW, sending=True).kind is V.UNKNOWN
    assert judge_answer(bare, NOW, sending=False).kind is V.RETRY


def test_the_code_may_stand_in_the_header_alone() -> None:
    answer = HttpAnswer(404, {"x-ms-error-code": "DomainNotLinked"}, b"")
    assert judge_answer(answer, NOW, sending=True).code == "DomainNotLinked"


@pytest.mark.parametrize(
    ("code", "target", "kind"),
    [
        ("InvalidEmailAddress", "senderAddress", V.OPERATOR_FAULT),
        ("InvalidEmailAddress", "recipients.to[0].address", V.REFUSED),
        ("BadRequest", "recipients.to", V.REFUSED),
        ("SomethingNew", "Recipients", V.REFUSED),
        ("BadRequest", "content.subject", V.OPERATOR_FAULT),
    ],
)
def test_recipients_concern_one_mail_and_the_sender_all(code: str, target: str, kind: V) -> None:
    assert judge_answer(azure_says(400, code, target), NOW, sending=True).kind is kind


@pytest.mark.parametrize("value", ["30", "30.0", "Mon, 23 Nov 2026 08:00:30 GMT"])
def test_throttling_tells_until_when(value: str) -> None:
    for status, kind in ((429, V.THROTTLED), (503, V.UNKNOWN)):
        answer = azure_says(status, "TooManyRequests", headers={"retry-after": value})
        verdict = judge_answer(answer, NOW, sending=True)
        assert (verdict.kind, verdict.until) == (kind, NOW + timedelta(seconds=30))
        assert judge_answer(answer, NOW, sending=False).kind is V.THROTTLED
    assert judge_answer(azure_says(429, "TooManyRequests"), NOW, sending=True).until is None


@pytest.mark.parametrize(
    ("may_have_happened", "sending", "kind"),
    [
        (False, True, V.RETRY),
        (True, True, V.UNKNOWN),
        (False, False, V.RETRY),
        (True, False, V.RETRY),
    ],
)
def test_only_a_mail_that_may_have_left_is_in_doubt(
    kind: V, *, may_have_happened: bool, sending: bool
) -> None:
    failure = NetworkFailure("ReadTimeout", may_have_happened=may_have_happened)
    assert judge_network(failure, sending=sending).kind is kind
