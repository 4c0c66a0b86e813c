"""The exception tree of Classbell and the verdicts that every failure of a provider is sorted into.

ClassbellError                  what happened, what it means, what to do, who can do it
├── InvalidInput                somebody typed or sent something that cannot be used
│   └── KeyReused               an Idempotency-Key was sent before with another request
├── NotAllowed                  the person lacks the role this needs
│   └── ScopeMissing            the integration was not given the scope that this needs
├── Unidentified                a request without a token, or with one that does not hold
├── ChangedMeanwhile            it is not any more as whoever changes it has seen it
├── StillRunning                the same request is being worked on already
├── TooManyRequests             more requests, or failures, than are allowed in this time
├── NotFoundHere                no such thing in this catalog or organisation
├── StateInvalid                a sign-in that was not started here, was used already, or is too old
├── WrongOrganisation           the account belongs to an organisation other than the expected one
├── SignInCancelled             the person turned back at Microsoft
├── ConfigurationFault          the operator has to mend a setting of this installation
└── ProviderFailure             Microsoft (or the system mailer) did not do it; carries a Verdict
    └── ApprovalNeeded          an administrator has to approve the permissions first
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who can carry out a remedy."""

    CATALOG_ADMIN = "catalog admin"
    ACCOUNT_OWNER = "owner of the connected account"
    TENANT_ADMIN = "Microsoft 365 administrator"
    OPERATOR = "operator of this installation"
    NOBODY = "nobody: it mends itself"


class VerdictKind(StrEnum):
    """The one word given to every failure of a provider (ARCHITECTURE.md, Words)."""

    RETRY = "retry"
    THROTTLED = "throttled"
    SIGN_IN_AGAIN = "sign_in_again"
    CONSENT_NEEDED = "consent_needed"
    ADMIN_NEEDED = "admin_needed"
    MAILBOX_UNUSABLE = "mailbox_unusable"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    OPERATOR_FAULT = "operator_fault"
    UNKNOWN = "unknown"


CONNECTION_WIDE = frozenset(
    {
        VerdictKind.SIGN_IN_AGAIN,
        VerdictKind.CONSENT_NEEDED,
        VerdictKind.ADMIN_NEEDED,
        VerdictKind.MAILBOX_UNUSABLE,
    }
)
"""Verdicts that concern the account as a whole, not one message or entry."""

HTTP_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means for us.

    Attributes:
        kind: the one word everything downstream branches on.
        code: the provider's most specific known code, such as ``AADSTS50173`` or
            ``ErrorQuotaExceeded``; empty where there was none (a broken connection).
        explanation: one plain sentence about the cause, free of secrets.
        until: aware UTC moment before which nothing may be sent again (``THROTTLED``, and
            ``UNKNOWN`` where the provider asked for a pause).
        status: HTTP status, where an answer came at all.
        request_id: the provider's id of the exchange, for support.
        claims: a claims challenge to pass on, where the provider sent one.
        existing_id: id of the thing that already exists (``CONFLICT`` of a repeated create).
        permission: the permission, short name, that a forbidden call needed; only what rests on
            that permission is affected, not the whole account. Empty for everything else, and for
            the permissions without which an account is of no use.
        crowded: whether the provider complained of too many calls at once, rather than of too many
            in all (``THROTTLED`` only).
    """

    kind: VerdictKind
    code: str = ""
    explanation: str = ""
    until: datetime | None = None
    status: int | None = None
    request_id: str = ""
    claims: str = ""
    existing_id: str = ""
    permission: str = ""
    crowded: bool = False

    @property
    def concerns_the_account(self) -> bool:
        """Whether the whole account is affected, rather than one item or one permission."""
        return self.kind in CONNECTION_WIDE and not self.permission

    @property
    def refresh_first(self) -> bool:
        """Whether only the access token was refused.

        Refresh it once, passing ``claims`` on, and repeat the call; only what the refresh says is a
        verdict about the account. (The sign-in service itself never says this with a 401.)
        """
        return self.kind is VerdictKind.SIGN_IN_AGAIN and self.status == HTTP_UNAUTHORIZED


class ClassbellError(Exception):
    """An error that a person is meant to read.

    Args:
        what: what happened, one sentence.
        meaning: what that means for the reader, one sentence or empty.
        remedy: what to do about it.
        who: who can do it.
        code: a stable word for integrators and documentation.
    """

    default_code = "error"

    def __init__(
        self,
        what: str,
        *,
        meaning: str = "",
        remedy: str = "",
        who: Audience = Audience.CATALOG_ADMIN,
        code: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.meaning = meaning
        self.remedy = remedy
        self.who = who
        self.code = code or self.default_code

    def __str__(self) -> str:
        """Join the parts into the text of a log line or a terminal."""
        return " ".join(part for part in (self.what, self.meaning, self.remedy) if part)


class InvalidInput(ClassbellError):
    """Something typed, uploaded or sent cannot be used; ``field`` names what."""

    default_code = "invalid_input"

    def __init__(self, what: str, *, field: str = "", meaning: str = "", remedy: str = "") -> None:
        super().__init__(what, meaning=meaning, remedy=remedy)
        self.field = field


class NotAllowed(ClassbellError):
    """The person lacks the role that this needs."""

    default_code = "not_allowed"


class KeyReused(InvalidInput):
    """An Idempotency-Key that stands for another request already."""

    default_code = "idempotency_key_reused"


class ScopeMissing(NotAllowed):
    """The integration that asks was not given the scope that this needs."""

    default_code = "scope_missing"


class Unidentified(ClassbellError):
    """Nobody can be told from the request: it has no token, or one that does not hold."""

    default_code = "token_needed"


class ChangedMeanwhile(ClassbellError):
    """What is to be changed is not any more as it was seen; nothing was changed."""

    default_code = "changed_meanwhile"


class StillRunning(ClassbellError):
    """The same request, under the same Idempotency-Key, is being worked on."""

    default_code = "still_running"


class TooManyRequests(ClassbellError):
    """More requests than allowed; ``retry_after`` is in how many whole seconds there is room."""

    default_code = "too_many_requests"

    def __init__(
        self, what: str, *, retry_after: int, meaning: str = "", remedy: str = "", code: str = ""
    ) -> None:
        super().__init__(what, meaning=meaning, remedy=remedy, who=Audience.NOBODY, code=code)
        self.retry_after = retry_after


class NotFoundHere(ClassbellError):
    """There is no such thing within the catalog or organisation in question."""

    default_code = "not_found"


class StateInvalid(ClassbellError):
    """A callback whose state was not issued to this browser, was used already, or is too old."""

    default_code = "state_invalid"


class WrongOrganisation(ClassbellError):
    """The account that signed in belongs to another organisation."""

    default_code = "wrong_organisation"


class SignInCancelled(ClassbellError):
    """The person turned back at Microsoft; nothing was changed."""

    default_code = "cancelled"


class ConfigurationFault(ClassbellError):
    """A setting of this installation is missing or wrong; the operator has to mend it."""

    default_code = "configuration"

    def __init__(self, what: str, *, meaning: str = "", remedy: str = "") -> None:
        super().__init__(what, meaning=meaning, remedy=remedy, who=Audience.OPERATOR)


class ProviderFailure(ClassbellError):
    """A provider did not do what it was asked; everything to know is in ``verdict``."""

    default_code = "provider_failure"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(
            verdict.explanation or f"The provider answered {verdict.code or verdict.kind.value}.",
            code=verdict.code or verdict.kind.value,
        )
        self.verdict = verdict


class ApprovalNeeded(ProviderFailure):
    """Microsoft says that an administrator has to approve the permissions asked for."""
