"""What each known code of Communication Services means for us: one table.

https://learn.microsoft.com/en-us/rest/api/communication/errorcodes lists statuses; the codes are
those that the service is known to send beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from classbell.ports.errors import VerdictKind as V


@dataclass(frozen=True, slots=True)
class Row:
    """One cause: the codes that tell it, in any case, the verdict, and a plain sentence."""

    codes: tuple[str, ...]
    kind: V
    explanation: str


NOT_KNOWN = Row(
    ("Denied", "Unauthorized"),
    V.OPERATOR_FAULT,
    "Azure does not accept the access key or token of the Communication Services resource.",
)
NO_ROLE = Row(
    ("Forbidden", "AuthorizationFailed"),
    V.OPERATOR_FAULT,
    "The application has no role on the Communication Services resource.",
)
NO_RESOURCE = Row(
    ("ResourceNotFound",), V.OPERATOR_FAULT, "There is no such Communication Services resource."
)
OUR_REQUEST = Row(
    ("BadRequest",), V.OPERATOR_FAULT, "Azure cannot use the request as Classbell made it."
)
THROTTLED = Row(
    ("TooManyRequests",),
    V.THROTTLED,
    "The quota of the Communication Services resource is used up.",
)
SERVICE_FAULT = Row(
    ("InternalServerError", "ServiceUnavailable"),
    V.RETRY,
    "Azure Communication Services has a passing fault.",
)
TOO_LARGE = Row(("RequestEntityTooLarge",), V.REFUSED, "The mail is larger than the service takes.")
KNOWN_ALREADY = Row(
    ("Conflict",), V.UNKNOWN, "Azure knows this operation already; it has to be asked about it."
)
BAD_SENDER = Row(
    ("InvalidSenderUserName",),
    V.OPERATOR_FAULT,
    "The sender's address is not set up in the Communication Services resource.",
)

BAD_ADDRESS = Row(
    ("InvalidEmailAddress", "InvalidRecipients", "TooManyRecipients"),
    V.REFUSED,
    "An address is missing or cannot be used.",
)

_ROWS = (
    NOT_KNOWN,
    NO_ROLE,
    NO_RESOURCE,
    OUR_REQUEST,
    THROTTLED,
    SERVICE_FAULT,
    TOO_LARGE,
    KNOWN_ALREADY,
    BAD_SENDER,
    Row(
        ("DomainNotLinked",),
        V.OPERATOR_FAULT,
        "The sender's domain is not linked to the Communication Services resource.",
    ),
    Row(
        ("SubscriptionBlocked",),
        V.OPERATOR_FAULT,
        "Azure has blocked all mail of the subscription, because too much of it bounced.",
    ),
    BAD_ADDRESS,
)

ROW_BY_CODE = {code.casefold(): row for row in _ROWS for code in row.codes}
ROW_BY_STATUS = {
    400: OUR_REQUEST,
    401: NOT_KNOWN,
    403: NO_ROLE,
    404: NO_RESOURCE,
    408: SERVICE_FAULT,
    409: KNOWN_ALREADY,
    413: TOO_LARGE,
    429: THROTTLED,
}

REASONS = {
    "emaildroppedallrecipientssuppressed": (
        "Azure did not send it, because earlier mail to this address bounced."
    ),
    "emaildropped": "Azure dropped the mail before it was delivered.",
    "canceled": "Azure cancelled the mail before it was delivered.",
}
"""Why an operation was given up, by its code in small letters."""

GIVEN_UP = "Azure gave the mail up."
