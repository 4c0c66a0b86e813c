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
    RESTS = "nobody is told; mail waits; the operator is told if it goes on"
    FAILS = "nobody is told; this message fails, others go on"


@dataclass(frozen=True)
class Row:
    """One code.

    Attributes:
        says: words of the cause, for whoever is told, else for the delivery log.
        who: can do what helps, where the account is lost.
        goes_on: what the operator is told of where it goes on for an hour.
    """

    code: str
    then: Then
    says: str
    who: str = ""
    status: int = 400
    error: str = "invalid_grant"
    suberror: str = ""
    goes_on: str = ""


def lost(
    says: str, *codes: int, who: str, error: str = "invalid_grant", suberror: str = ""
) -> Iterator[Row]:
    for code in codes:
        yield Row(f"AADSTS{code}", Then.LOST, says, who, error=error, suberror=suberror)


def operator(
    says: str, *codes: int, error: str = "invalid_grant", status: int = 400
) -> Iterator[Row]:
    for code in codes:
        yield Row(f"AADSTS{code}", Then.OPERATOR, says, status=status, error=error)


def passes(says: str, *codes: int, error: str = "server_error", status: int = 400) -> Iterator[Row]:
    for code in codes:
        yield Row(
            f"AADSTS{code}", Then.RESTS, says, status=status, error=error, goes_on="no_answer"
        )


def graph(
    says: str, *codes: str, then: Then, status: int, who: str = "", goes_on: str = ""
) -> Iterator[Row]:
    for code in codes:
        yield Row(code, then, says, who, status, goes_on=goes_on)


_PASSWORD, _AGAIN = "user_password_expired", "interaction_required"
_SECRET = {"error": "invalid_client", "status": 401}

SIGN_IN_ROWS = (
    *lost("The sign-in was revoked", 50173, who=OWNER, suberror="bad_token"),
    *lost("unused for 90 days", 700082, who=OWNER),
    *lost("The sign-in has expired", 70008, who=OWNER),
    *lost("not valid any more", 70000, who=OWNER),
    *lost("sign-in frequency policy", 70043, who=OWNER),
    *lost("The session ended", 50133, 50132, 50089, who=OWNER),
    *lost("password has expired", 50055, 50144, who=OWNER, suberror=_PASSWORD),
    *lost("password was missing or wrong", 50056, 50126, who=OWNER),
    *lost("locked for a while", 50053, who=OWNER),
    *lost("Nobody is signed in", 50058, who=OWNER, error="login_required"),
    *lost("Nobody is signed in", 16000, 16001, who=OWNER, error=_AGAIN),
    *lost("external security check", 50158, who=OWNER, error=_AGAIN),
    *lost("asks for multifactor", 50076, who=OWNER, suberror="basic_action"),
    *lost("is needed again", 50074, 50078, who=OWNER, suberror="basic_action"),
    *lost("register for multifactor", 50079, 50072, who=OWNER, suberror="basic_action"),
    *lost("conditional access policy", 53003, who=TENANT, suberror="message_only"),
    *lost("policy about devices", 53000, 53001, 53002, 50097, 50131, who=TENANT),
    *lost("policy about devices", 530032, 530034, 530035, who=TENANT),
    *lost("blocked as risky", 53004, 53010, 53011, who=TENANT),
    *lost("The account is disabled", 50057, who=TENANT),
    *lost("not assigned to the application", 50105, who=TENANT),
    *lost("account does not exist in this", 50034, who=CATALOG, suberror="bad_token"),
    *lost("awaits redemption", 51004, 50014, who=CATALOG, suberror="bad_token"),
    *lost("organisation does not exist", 90002, who=CATALOG, error="invalid_request"),
    *lost("permission has not been granted", 65001, who=OWNER, suberror="consent_required"),
    *lost("has to approve", 90094, who=TENANT, error="consent_required"),
    *lost("Approval was requested", 90095, who=TENANT, error="consent_required"),
    *lost("has no subscription", 650052, who=TENANT, error="invalid_client"),
    *lost("does not know the service", 500011, who=TENANT, error="invalid_resource"),
    *lost("application is not known", 700016, who=OWNER, error="unauthorized_client"),
    *lost("guests or partners", 90072, 500212, 500213, who=TENANT, error=_AGAIN),
    *operator("registration lacks", 65005, 650054, 650056, 650057, 90099, error="invalid_client"),
    *operator("client id is not a valid", 700038, error="unauthorized_client"),
    *operator("unknown or disabled", 70001, 7000112, error="unauthorized_client"),
    *operator("wrong platform", 700084),
    *operator("proof key does not match", 501481),
    *operator("meant for another organisation", 700005),
    *operator("not registered as multitenant", 50194, error="invalid_request"),
    *operator("redirect address is not registered", 50011, error="invalid_request"),
    *operator("missing or malformed", 900144, 90014, 9002313, 90023, error="invalid_request"),
    *operator("secret is wrong", 7000215, **_SECRET),  # type: ignore[arg-type]  # the row's fields
    *operator("secret has expired", 7000222, **_SECRET),  # type: ignore[arg-type]  # the same
    *operator("credential was not sent", 7000218, **_SECRET),  # type: ignore[arg-type]  # the same
    *operator(
        "certificate or federated credential",
        *(700027, 50012, 50013, 700022, 700023, 700229),
        error="invalid_client",
        status=401,
    ),
    *operator("unknown or malformed", 70011, error="invalid_scope"),
    *operator("must end in /.default", 1002012, error="invalid_scope"),
    *operator("kind of grant", 70003, error="unsupported_grant_type"),
    *passes("came too often", 50196, error="invalid_request"),
    *passes("overloaded or has a fault", 90055, status=429),
    *passes("a passing fault", 90033, 50033, 90012, 90024, error="temporarily_unavailable"),
    *passes("a passing fault", 90006, 90090, 50087, 40010),
    *lost("asks for a new sign-in", 59999, who=OWNER),
    *lost("policy of the organisation blocks", 539999, who=TENANT),
    *passes("an unknown answer", 69999, error="never_heard_of"),
    *passes("overloaded or has a fault", 69998, status=503),
)

_OUR_REQUESTS = (
    *("ErrorInvalidIdMalformed", "ErrorInvalidRequest", "BadRequest", "RequestBodyRead"),
    *("ErrorInvalidPropertySet", "ErrorPropertyValidationFailure"),
)
_DATES = (
    *("ErrorOccurrenceCrossingBoundary", "ErrorCalendarOutOfRange"),
    "ErrorRecurrenceHasNoOccurrence",
)
_SERVICE = (
    *("ErrorServerBusy", "ErrorMailboxStoreUnavailable", "ErrorMailboxMoveInProgress"),
    *("ErrorMailboxFailover", "ErrorInternalServerTransientError", "ErrorTimeoutExpired"),
    *("ErrorConnectionFailed", "serviceNotAvailable", "UnknownError", "generalException"),
)

_OURS, _SLOW, _PAUSE = "requests_refused", "no_answer", "long_pause"
_NO_MAILBOX = (
    "MailboxNotEnabledForRESTAPI",
    "ResourceNotFound",
    "ErrorNonExistentMailbox",
    "MailboxNotFound",
)
_REFUSED = (
    "InvalidAuthenticationToken",
    "Authorization",
    "Unauthorized",
    "ErrorUnauthorizedAccess",
)
_THROTTLED = ("TooManyRequests", "ApplicationThrottled", "activityLimitReached")

SENDING_ROWS = (
    *graph("access token was refused", *_REFUSED, then=Then.LOST, who=OWNER, status=401),
    *graph(
        "permission for the directory",
        "Authorization_RequestDenied",
        then=Then.LOST,
        who=OWNER,
        status=403,
    ),
    *graph("may not do this", "ErrorAccessDenied", then=Then.LOST, who=TENANT, status=403),
    *graph(
        "may not send in this name", "ErrorSendAsDenied", then=Then.LOST, who=TENANT, status=403
    ),
    *graph("no Exchange Online mailbox", *_NO_MAILBOX, then=Then.LOST, who=TENANT, status=404),
    *graph("not there any more", "ErrorItemNotFound", then=Then.FAILS, status=404),
    *graph(
        "address is missing or cannot be used",
        "ErrorInvalidRecipients",
        "ErrorMissingRecipients",
        then=Then.FAILS,
        status=400,
    ),
    *graph("as Classbell made it", *_OUR_REQUESTS, then=Then.RESTS, status=400, goes_on=_OURS),
    *graph(
        "header of the message",
        "InvalidInternetMessageHeader",
        then=Then.RESTS,
        status=400,
        goes_on=_OURS,
    ),
    *graph("with these dates", *_DATES, then=Then.RESTS, status=400, goes_on=_OURS),
    *graph("exists already", "ErrorDuplicateTransactionId", then=Then.FAILS, status=400),
    *graph("changed it in the meantime", "ErrorIrresolvableConflict", then=Then.FAILS, status=409),
    *graph("changed it in the meantime", "ConditionNotMet", then=Then.FAILS, status=412),
    *graph("read afresh", "syncStateNotFound", "resyncRequired", then=Then.FAILS, status=410),
    *graph(
        "larger than Microsoft 365 takes",
        "ErrorMessageSizeExceeded",
        then=Then.FAILS,
        status=413,
    ),
    *graph("slows the mailbox", *_THROTTLED, then=Then.RESTS, status=429, goes_on=_SLOW),
    *(
        row
        for status in (403, 429, 507)
        for row in graph(
            "mailbox is full", "ErrorQuotaExceeded", then=Then.LOST, who=OWNER, status=status
        )
    ),
    *graph(
        "reached its sending limit",
        "ErrorExceededMessageLimit",
        "ErrorSubmissionQuotaExceeded",
        then=Then.RESTS,
        status=429,
        goes_on=_PAUSE,
    ),
    *graph(
        "blocked from sending",
        "ErrorMessageSubmissionBlocked",
        then=Then.LOST,
        who=TENANT,
        status=403,
    ),
    *graph("account is disabled", "ErrorAccountDisabled", then=Then.LOST, who=TENANT, status=403),
    *graph("a passing fault", *_SERVICE, then=Then.RESTS, status=503, goes_on=_SLOW),
    *graph("a passing fault", "NeverHeardOf", then=Then.RESTS, status=500, goes_on=_SLOW),
)
