"""Sorts every failure of Graph into a verdict.

The order of deciding: the network, 5xx and 429; then the innermost code that the table lists; then
the HTTP status, because unknown codes must be expected:
https://learn.microsoft.com/en-us/graph/errors
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.microsoft.answers import JsonPart
from classbell.microsoft.graph.codes import (
    CHANGED,
    DIRECTORY_FORBIDDEN,
    FORBIDDEN,
    GONE,
    OUR_REQUEST,
    RESYNC,
    SERVICE_FAULT,
    THROTTLED,
    TOKEN_REFUSED,
    TOO_LARGE,
    Row,
    row_for,
)
from classbell.network.messages import HttpAnswer, NetworkFailure
from classbell.ports.errors import Verdict, VerdictKind

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500

ESSENTIAL = frozenset({"Mail.Send", "User.Read"})
"""Without these permissions an account is of no use; without any other it can do less."""

EXISTING_EVENT = "@event.existingEventId"

_CLAIMS = re.compile(r'claims="([^"]+)"')
_MOST_NESTED = 10

_ROW_BY_STATUS = {
    401: TOKEN_REFUSED,
    403: FORBIDDEN,
    404: GONE,
    408: SERVICE_FAULT,
    409: CHANGED,
    410: RESYNC,
    412: CHANGED,
    413: TOO_LARGE,
    423: SERVICE_FAULT,
    429: THROTTLED,
}

# Outlook says so of a mailbox that is asked too many things at once:
# https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
CROWDED = "ApplicationThrottled"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call was for, as far as the meaning of its failure depends on it.

    Attributes:
        needs: the permission the call needs, short name.
        granted: the permissions the token carries, None where nobody knows.
        area: the part of Graph, where codes mean something of their own there.
        admin_only: whether the permission is one that only an administrator can ever grant.
        by_application: whether the application called by itself.
    """

    needs: str = ""
    granted: frozenset[str] | None = None
    area: str = ""
    admin_only: bool = False
    by_application: bool = False


def judge_network(failure: NetworkFailure, *, repeatable: bool) -> Verdict:
    """Return the verdict of a call that was not answered.

    Args:
        failure: what broke.
        repeatable: whether doing it twice is the same as doing it once.
    """
    lost = failure.may_have_happened and not repeatable
    return Verdict(
        VerdictKind.UNKNOWN if lost else VerdictKind.RETRY,
        code="network",
        explanation=(
            f"The connection broke before Microsoft answered ({failure.reason}); it may have "
            "happened."
            if lost
            else f"Microsoft 365 could not be reached ({failure.reason})."
        ),
    )


def judge_answer(answer: HttpAnswer, purpose: Purpose, now: datetime) -> Verdict:
    """Return the verdict of an answer that is no success.

    Args:
        answer: what Graph said.
        purpose: what was asked.
        now: business time, aware UTC, for waiting times.
    """
    error = JsonPart(answer.json()).part("error")
    codes = _codes(error)
    row, code = _deciding(answer.status, codes, purpose.area)
    kind = _kind(row, purpose)
    until = answer.retry_at(now)
    if kind is VerdictKind.RETRY and (answer.status == TOO_MANY_REQUESTS or until is not None):
        kind = VerdictKind.THROTTLED
    if row.hours and until is None:
        until = now + timedelta(hours=row.hours)
    return Verdict(
        kind,
        code=code or (codes[0] if codes else f"HTTP {answer.status}"),
        explanation=row.explanation,
        until=until if kind is VerdictKind.THROTTLED else None,
        status=answer.status,
        request_id=answer.request_id or error.part("innerError").text("request-id"),
        claims=claims_challenge(answer.headers.get("www-authenticate", "")),
        existing_id=error.text(EXISTING_EVENT) if kind is VerdictKind.CONFLICT else "",
        permission=_missing_permission(row, purpose),
        crowded=kind is VerdictKind.THROTTLED and CROWDED in codes,
    )


def _missing_permission(row: Row, purpose: Purpose) -> str:
    """Name the permission a forbidden call needed, unless the account cannot do without it."""
    if row not in (FORBIDDEN, DIRECTORY_FORBIDDEN) or purpose.needs in ESSENTIAL:
        return ""
    return purpose.needs


def _codes(error: JsonPart) -> tuple[str, ...]:
    """Return the codes of an error, innermost first. Services spell «innerError» both ways."""
    found: list[str] = []
    for _ in range(_MOST_NESTED):
        if error.text("code"):
            found.append(error.text("code"))
        inner = "innerError" if error.has("innerError") else "innererror"
        if not error.has(inner):
            break
        error = error.part(inner)
    return tuple(reversed(found))


def _deciding(status: int, codes: tuple[str, ...], area: str) -> tuple[Row, str]:
    """Return the row that decides and the code that led to it, empty if the status did."""
    listed = next(((row, code) for code in codes if (row := row_for(code, area))), None)
    busy = status >= SERVER_ERRORS or status == TOO_MANY_REQUESTS
    if listed is not None and (not busy or listed[0].whatever_status):
        return listed
    code = listed[1] if listed is not None else ""
    if status == TOO_MANY_REQUESTS:
        return THROTTLED, code
    if busy:
        return SERVICE_FAULT, code
    return _ROW_BY_STATUS.get(status, OUR_REQUEST), code


def _kind(row: Row, purpose: Purpose) -> VerdictKind:
    """Refine «forbidden»: with the permission granted, it is the administrator's doing.

    So is whatever the application may not do by itself: nobody could consent to it.
    """
    if row.kind is VerdictKind.CONSENT_NEEDED and purpose.by_application:
        return VerdictKind.ADMIN_NEEDED
    if row is not FORBIDDEN:
        return row.kind
    granted = purpose.granted is not None and purpose.needs in purpose.granted
    return VerdictKind.ADMIN_NEEDED if granted or purpose.admin_only else VerdictKind.CONSENT_NEEDED


def claims_challenge(header: str) -> str:
    """Return the claims of a WWW-Authenticate header as JSON text, or nothing.

    https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
    """
    found = _CLAIMS.search(header)
    if found is None:
        return ""
    encoded = found.group(1)
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
