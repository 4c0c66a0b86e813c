"""What each known Graph and Exchange code means for us: one table.

General codes: https://learn.microsoft.com/en-us/graph/errors ; Outlook passes the names of
Exchange through:
https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/responsecode
"""

from __future__ import annotations

from dataclasses import dataclass

from classbell.ports.errors import VerdictKind as V

ONLINE_MEETINGS = "onlineMeetings"
SUBSCRIPTIONS = "subscriptions"


@dataclass(frozen=True, slots=True)
class Row:
    """One cause.

    Attributes:
        codes: the codes that tell it, in any case.
        kind: the verdict.
        explanation: a plain sentence.
        area: the part of Graph in which the codes mean this; empty for everywhere.
        whatever_status: the code decides even beside 429 or 5xx, which otherwise come first.
        hours: how long to wait where the answer does not say.
    """

    codes: tuple[str, ...]
    kind: V
    explanation: str
    area: str = ""
    whatever_status: bool = False
    hours: int = 0


DIRECTORY_FORBIDDEN = Row(
    ("Authorization_RequestDenied",),
    V.CONSENT_NEEDED,
    "A permission for the directory has not been granted.",
)

FORBIDDEN = Row(
    ("ErrorAccessDenied",),
    V.CONSENT_NEEDED,
    "The account may not do this: a permission has not been granted.",
)
"""Becomes ADMIN_NEEDED where the permission is known to be granted."""

TOKEN_REFUSED = Row(
    ("InvalidAuthenticationToken", "Authorization", "Unauthorized"),
    V.SIGN_IN_AGAIN,
    "The access token was refused.",
)

OUR_REQUEST = Row(
    (
        "ErrorInvalidIdMalformed",
        "ErrorInvalidRequest",
        "BadRequest",
        "RequestBodyRead",
        "ErrorInvalidPropertySet",
        "ErrorPropertyValidationFailure",
    ),
    V.OPERATOR_FAULT,
    "Microsoft cannot use the request as Classbell made it.",
)

GONE = Row(("ErrorItemNotFound",), V.NOT_FOUND, "It is not there any more, or not visible.")

CHANGED = Row(
    ("ErrorIrresolvableConflict",), V.CONFLICT, "Somebody else changed it in the meantime."
)

RESYNC = Row(
    ("syncStateNotFound", "resyncRequired"), V.NOT_FOUND, "The list has to be read afresh."
)

TOO_LARGE = Row(("ErrorMessageSizeExceeded",), V.OPERATOR_FAULT, "The message is too large.")

THROTTLED = Row(
    ("TooManyRequests", "ApplicationThrottled", "activityLimitReached"),
    V.THROTTLED,
    "Microsoft slows the mailbox's requests down.",
)

SERVICE_FAULT = Row(
    (
        "ErrorServerBusy",
        "ErrorMailboxStoreUnavailable",
        "ErrorMailboxMoveInProgress",
        "ErrorMailboxFailover",
        "ErrorInternalServerTransientError",
        "ErrorTimeoutExpired",
        "ErrorConnectionFailed",
        "serviceNotAvailable",
        "UnknownError",
        "generalException",
    ),
    V.RETRY,
    "Microsoft 365 has a passing fault.",
)

DATES_CODE_PREFIXES = ("errorcalendar", "errorrecurrence")
"""Families of codes that all say a date cannot be used."""

DATES = Row(
    ("ErrorOccurrenceCrossingBoundary",),
    V.OPERATOR_FAULT,
    "The calendar cannot hold an entry with these dates.",
)

_ROWS = (
    TOKEN_REFUSED,
    DIRECTORY_FORBIDDEN,
    FORBIDDEN,
    Row(("ErrorSendAsDenied",), V.ADMIN_NEEDED, "The account may not send in this name."),
    Row(
        ("Forbidden",),
        V.MAILBOX_UNUSABLE,
        "The account has no licence for Teams meetings, or a policy forbids them.",
        area=ONLINE_MEETINGS,
    ),
    Row(
        ("ResourceNotFound",),
        V.NOT_FOUND,
        "Microsoft reports nothing under this name any more.",
        area=SUBSCRIPTIONS,
    ),
    Row(
        ("ValidationError",),
        V.OPERATOR_FAULT,
        "Microsoft asked at the address that is set as CLASSBELL_PUBLIC_URL and got no answer.",
        area=SUBSCRIPTIONS,
    ),
    Row(
        (
            "MailboxNotEnabledForRESTAPI",
            "ResourceNotFound",
            "ErrorNonExistentMailbox",
            "MailboxNotFound",
        ),
        V.MAILBOX_UNUSABLE,
        "The account has no Exchange Online mailbox (a fresh licence needs half an hour).",
    ),
    GONE,
    Row(
        ("ErrorInvalidRecipients", "ErrorMissingRecipients"),
        V.REFUSED,
        "An address is missing or cannot be used.",
    ),
    OUR_REQUEST,
    Row(
        ("InvalidInternetMessageHeader",),
        V.OPERATOR_FAULT,
        "A header of the message does not begin with x-.",
    ),
    Row(("ErrorDuplicateTransactionId",), V.CONFLICT, "The entry exists already."),
    DATES,
    CHANGED,
    RESYNC,
    TOO_LARGE,
    THROTTLED,
    Row(
        ("ErrorQuotaExceeded",),
        V.MAILBOX_UNUSABLE,
        "The account's mailbox is full; nothing can be sent until it is cleaned.",
        whatever_status=True,
    ),
    Row(
        ("ErrorExceededMessageLimit", "ErrorSubmissionQuotaExceeded"),
        V.THROTTLED,
        "The mailbox has reached its sending limit.",
        whatever_status=True,
        hours=2,
    ),
    Row(
        ("ErrorMessageSubmissionBlocked",),
        V.ADMIN_NEEDED,
        "The account is blocked from sending, as a suspected source of spam.",
    ),
    Row(("ErrorAccountDisabled",), V.ADMIN_NEEDED, "The account is disabled."),
    SERVICE_FAULT,
)

ROWS_BY_CODE: dict[str, Row] = {
    code.casefold(): row for row in _ROWS for code in row.codes if not row.area
}
ROWS_BY_AREA: dict[tuple[str, str], Row] = {
    (row.area, code.casefold()): row for row in _ROWS for code in row.codes if row.area
}


def row_for(code: str, area: str = "") -> Row | None:
    """Return the row that lists a code, or None.

    Args:
        code: as Graph gives it.
        area: the part of Graph that was called.
    """
    name = code.casefold()
    found = ROWS_BY_AREA.get((area, name)) or ROWS_BY_CODE.get(name)
    if found is None and name.startswith(DATES_CODE_PREFIXES):
        return DATES
    return found
