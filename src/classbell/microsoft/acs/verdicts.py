"""Sorts every failure of Communication Services into a verdict.

The order of deciding: the network, 5xx and 429; then a code that the table lists; then the HTTP
status, because unknown codes must be expected:
https://learn.microsoft.com/en-us/rest/api/communication/errorcodes
"""

from __future__ import annotations

from datetime import datetime

from classbell.microsoft.acs.codes import (
    BAD_ADDRESS,
    BAD_SENDER,
    OUR_REQUEST,
    ROW_BY_CODE,
    ROW_BY_STATUS,
    SERVICE_FAULT,
    THROTTLED,
    Row,
)
from classbell.microsoft.answers import JsonPart
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.errors import Verdict, VerdictKind

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500


def judge_network(failure: NetworkFailure, *, sending: bool) -> Verdict:
    """Return the verdict of a call that was not answered.

    Args:
        failure: what broke.
        sending: whether a mail was handed over, which must not happen twice; the operation can be
            looked up instead.
    """
    if sending and failure.may_have_happened:
        return Verdict(
            VerdictKind.UNKNOWN,
            code="network",
            explanation=(
                f"The connection broke before Azure answered ({failure.reason}); the mail may "
                "have left."
            ),
        )
    return Verdict(
        VerdictKind.RETRY,
        code="network",
        explanation=f"Azure Communication Services could not be reached ({failure.reason}).",
    )


def judge_answer(answer: HttpAnswer, now: datetime, *, sending: bool) -> Verdict:
    """Return the verdict of an answer that is no success.

    Args:
        answer: what the service said.
        now: business time, aware UTC, for waiting times.
        sending: as for ``judge_network``.
    """
    code = service_code(answer)
    if sending and answer.status >= SERVER_ERRORS:
        return _in_doubt(answer, code, now)
    target = JsonPart(answer.json()).part("error").text("target")
    row = _row(answer.status, code, target)
    kind, until = row.kind, answer.retry_at(now)
    if kind is VerdictKind.RETRY and until is not None:
        kind = VerdictKind.THROTTLED
    return Verdict(
        kind,
        code=code or f"HTTP {answer.status}",
        explanation=row.explanation,
        until=until if kind is VerdictKind.THROTTLED else None,
        status=answer.status,
        request_id=answer.request_id,
    )


def service_code(answer: HttpAnswer) -> str:
    """Return the service's own code of a refusal; empty where somebody else answered."""
    code = JsonPart(answer.json()).part("error").text("code")
    return code or answer.headers.get("x-ms-error-code", "")


def malformed_acceptance(answer: HttpAnswer) -> Verdict:
    """Return the verdict of a success that says nothing: the mail may have left."""
    return Verdict(
        VerdictKind.UNKNOWN,
        code="malformed_answer",
        explanation="Azure gave an answer that makes no sense; the mail may have left.",
        status=answer.status,
        request_id=answer.request_id,
    )


def malformed_status(answer: HttpAnswer) -> Verdict:
    """Return the verdict of a look-up whose answer cannot be read: it is asked again."""
    return Verdict(
        VerdictKind.RETRY,
        code="malformed_answer",
        explanation="Azure gave an answer about a mail that makes no sense.",
        status=answer.status,
        request_id=answer.request_id,
    )


def operator_fault(code: str, explanation: str) -> Verdict:
    """Return the verdict of a resource that is set up wrongly here."""
    return Verdict(VerdictKind.OPERATOR_FAULT, code=code, explanation=explanation)


def _row(status: int, code: str, target: str) -> Row:
    """Return the row that decides."""
    if status == TOO_MANY_REQUESTS:
        return THROTTLED
    if status >= SERVER_ERRORS:
        return SERVICE_FAULT
    row = ROW_BY_CODE.get(code.casefold()) or ROW_BY_STATUS.get(status, OUR_REQUEST)
    # The same codes speak of recipients, who concern one mail, and of the sender, who concerns all.
    member = target.casefold()
    if row is BAD_ADDRESS and member.startswith("sender"):
        return BAD_SENDER
    if row is OUR_REQUEST and member.startswith("recipients"):
        return BAD_ADDRESS
    return row


def _in_doubt(answer: HttpAnswer, code: str, now: datetime) -> Verdict:
    """Return the verdict of a service or gateway that broke over a mail.

    It may have broken after it took the mail, and whether Azure recognises a repeated operation is
    promised nowhere. The operation can be looked up, so it is, before anything is sent again.
    """
    return Verdict(
        VerdictKind.UNKNOWN,
        code=code or f"HTTP {answer.status}",
        explanation="Azure Communication Services has a passing fault; the mail may have left.",
        until=answer.retry_at(now),
        status=answer.status,
        request_id=answer.request_id,
    )
