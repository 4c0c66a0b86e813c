"""Every code that Microsoft documents for our calls, and what each must lead to here.

The codes of signing in: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
The codes of Graph and Exchange: https://learn.microsoft.com/en-us/graph/errors and
https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/responsecode
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

OWNER = "owner of the connected account"
TENANT = "Microsoft 365 administrator"
CATALOG = "catalog admin"


class Then(StrEnum):
    """What a failure leads to."""

    LOST = "lost: mail is held, catalog and LMS admins are told"
    OPERATOR = "the operator is told, no admin is; mail waits"
    RESTS = "nobody is told; mail waits"
    FAILS = "nobody is told; this message fails, others go on"


@dataclass(frozen=True)
class Row:
    """One code. ``who`` can do what helps, where the account is lost."""

    code: str
    then: Then
    who: str = ""
    status: int = 400
    error: str = "invalid_grant"
    suberror: str = ""


def entra(*codes: int, then: Then, who: str = "", **answer: object) -> Iterator[Row]:
    for code in codes:
        yield Row(f"AADSTS{code}", then, who, **answer)  # type: ignore[arg-type]  # the row's fields


def graph(*codes: str, then: Then, status: int, who: str = "") -> Iterator[Row]:
    for code in codes:
        yield Row(code, then, who, status)


SIGN_IN_ROWS = (
    *entra(50173, then=Then.LOST, who=OWNER, suberror="bad_token"),
    *entra(700082, 70008, 70000, 70043, 50133, 50132, 50089, then=Then.LOST, who=OWNER),
    *entra(50055, 50144, then=Then.LOST, who=OWNER, suberror="user_password_expired"),
    *entra(50056, 50126, 50053, then=Then.LOST, who=OWNER),
    *entra(50058, then=Then.LOST, who=OWNER, error="login_required"),
    *entra(16000, 16001, 50158, then=Then.LOST, who=OWNER, error="interaction_required"),
    *entra(50076, 50079, 50072, 50074, 50078, then=Then.LOST, who=OWNER, suberror="basic_action"),
    *entra(53003, then=Then.LOST, who=TENANT, suberror="message_only"),
    *entra(53000, 53001, 53002, 53004, 53010, 53011, then=Then.LOST, who=TENANT),
    *entra(50097, 50131, 530032, 530034, 530035, then=Then.LOST, who=TENANT),
    *entra(50057, 50105, then=Then.LOST, who=TENANT),
    *entra(50034, 51004, 50014, then=Then.LOST, who=CATALOG, suberror="bad_token"),
    *entra(90002, then=Then.LOST, who=CATALOG, error="invalid_request"),
    *entra(65001, then=Then.LOST, who=OWNER, suberror="consent_required"),
    *entra(90094, 90095, then=Then.LOST, who=TENANT, error="consent_required"),
    *entra(650052, then=Then.LOST, who=TENANT, error="invalid_client"),
    *entra(500011, then=Then.LOST, who=TENANT, error="invalid_resource"),
    *entra(700016, then=Then.LOST, who=OWNER, error="unauthorized_client"),
    *entra(90072, 500212, 500213, then=Then.LOST, who=TENANT, error="interaction_required"),
    *entra(65005, 650054, 650056, 650057, 90099, then=Then.OPERATOR, error="invalid_client"),
    *entra(700038, 70001, 7000112, then=Then.OPERATOR, error="unauthorized_client"),
    *entra(700084, 501481, 700005, then=Then.OPERATOR),
    *entra(50194, 50011, 900144, 90014, 9002313, then=Then.OPERATOR, error="invalid_request"),
    *entra(90023, then=Then.OPERATOR, error="invalid_request"),
    *entra(7000215, 7000222, 7000218, then=Then.OPERATOR, error="invalid_client", status=401),
    *entra(700027, 50012, 50013, then=Then.OPERATOR, error="invalid_client", status=401),
    *entra(700022, 700023, 700229, then=Then.OPERATOR, error="invalid_client", status=401),
    *entra(70011, 1002012, then=Then.OPERATOR, error="invalid_scope"),
    *entra(70003, then=Then.OPERATOR, error="unsupported_grant_type"),
    *entra(50196, then=Then.RESTS),
    *entra(90055, then=Then.RESTS, status=429),
    *entra(90033, 50033, 90012, 90024, then=Then.RESTS, error="temporarily_unavailable"),
    *entra(90006, 90090, 50087, 40010, then=Then.RESTS, error="server_error"),
    *entra(59999, then=Then.LOST, who=OWNER),
    *entra(539999, then=Then.LOST, who=TENANT),
    *entra(69999, then=Then.RESTS, error="never_heard_of"),
    *entra(69998, then=Then.RESTS, error="server_error", status=503),
)

_OUR_REQUESTS = (
    *("ErrorInvalidIdMalformed", "ErrorInvalidRequest", "BadRequest", "RequestBodyRead"),
    *("ErrorInvalidPropertySet", "ErrorPropertyValidationFailure", "InvalidInternetMessageHeader"),
    *("ErrorOccurrenceCrossingBoundary", "ErrorCalendarOutOfRange"),
    "ErrorRecurrenceHasNoOccurrence",
)
_SERVICE = (
    *("ErrorServerBusy", "ErrorMailboxStoreUnavailable", "ErrorMailboxMoveInProgress"),
    *("ErrorMailboxFailover", "ErrorInternalServerTransientError", "ErrorTimeoutExpired"),
    *("ErrorConnectionFailed", "serviceNotAvailable", "UnknownError", "generalException"),
)

SENDING_ROWS = (
    *graph("InvalidAuthenticationToken", "Authorization", then=Then.LOST, who=OWNER, status=401),
    *graph("Unauthorized", "ErrorUnauthorizedAccess", then=Then.LOST, who=OWNER, status=401),
    *graph("Authorization_RequestDenied", then=Then.LOST, who=OWNER, status=403),
    *graph("ErrorAccessDenied", "ErrorSendAsDenied", then=Then.LOST, who=TENANT, status=403),
    *graph(
        "MailboxNotEnabledForRESTAPI",
        "ResourceNotFound",
        "ErrorNonExistentMailbox",
        "MailboxNotFound",
        then=Then.LOST,
        who=TENANT,
        status=404,
    ),
    *graph("ErrorItemNotFound", then=Then.FAILS, status=404),
    *graph("ErrorInvalidRecipients", "ErrorMissingRecipients", then=Then.FAILS, status=400),
    *graph(*_OUR_REQUESTS, then=Then.RESTS, status=400),
    *graph("ErrorDuplicateTransactionId", then=Then.FAILS, status=400),
    *graph("ErrorIrresolvableConflict", then=Then.FAILS, status=409),
    *graph("ConditionNotMet", then=Then.FAILS, status=412),
    *graph("syncStateNotFound", "resyncRequired", then=Then.FAILS, status=410),
    *graph("ErrorMessageSizeExceeded", then=Then.RESTS, status=413),
    *graph(
        "TooManyRequests",
        "ApplicationThrottled",
        "activityLimitReached",
        then=Then.RESTS,
        status=429,
    ),
    *(
        row
        for status in (403, 429, 507)
        for row in graph("ErrorQuotaExceeded", then=Then.LOST, who=OWNER, status=status)
    ),
    *graph(
        "ErrorExceededMessageLimit", "ErrorSubmissionQuotaExceeded", then=Then.RESTS, status=429
    ),
    *graph(
        "ErrorMessageSubmissionBlocked",
        "ErrorAccountDisabled",
        then=Then.LOST,
        who=TENANT,
        status=403,
    ),
    *graph(*_SERVICE, then=Then.RESTS, status=503),
    *graph("NeverHeardOf", then=Then.RESTS, status=500),
)
