"""What each known AADSTS code means for us: one table, one row per cause.

The codes and their meanings are Microsoft's:
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from classbell.ports.errors import VerdictKind as V


@dataclass(frozen=True, slots=True)
class Row:
    """One cause: the codes that tell it, the verdict, and a plain sentence."""

    codes: tuple[int, ...]
    kind: V
    explanation: str


_ROWS = (
    # The owner of the account signs in again.
    Row((50173,), V.SIGN_IN_AGAIN, "The sign-in was revoked, for example by a new password."),
    Row((700082,), V.SIGN_IN_AGAIN, "The sign-in was unused for 90 days and has expired."),
    Row((70008,), V.SIGN_IN_AGAIN, "The sign-in has expired."),
    Row((70000,), V.SIGN_IN_AGAIN, "The sign-in is not valid any more."),
    Row((70043,), V.SIGN_IN_AGAIN, "A sign-in frequency policy asks for a new sign-in."),
    Row(
        (50133, 50132, 50089),
        V.SIGN_IN_AGAIN,
        "The session ended, for example by a changed password.",
    ),
    Row((50055, 50144), V.SIGN_IN_AGAIN, "The account's password has expired."),
    Row((50056, 50126), V.SIGN_IN_AGAIN, "The password was missing or wrong."),
    Row((50058, 16000, 16001), V.SIGN_IN_AGAIN, "Nobody is signed in, or a choice is needed."),
    Row((50076,), V.SIGN_IN_AGAIN, "A policy asks for multifactor authentication."),
    Row((50074, 50078), V.SIGN_IN_AGAIN, "Multifactor authentication is needed again."),
    Row((50079, 50072), V.SIGN_IN_AGAIN, "The account has to register for multifactor sign-in."),
    Row((50158,), V.SIGN_IN_AGAIN, "An external security check has to be passed."),
    Row((50053,), V.SIGN_IN_AGAIN, "The account is locked for a while; sign in again later."),
    # An administrator of the organisation acts.
    Row((53003,), V.ADMIN_NEEDED, "A conditional access policy blocks this sign-in."),
    Row(
        (53000, 53001, 53002, 50097, 50131, 530032, 530034, 530035),
        V.ADMIN_NEEDED,
        "A policy about devices, apps or security defaults blocks this sign-in.",
    ),
    Row((53004, 53010, 53011), V.ADMIN_NEEDED, "The sign-in is blocked as risky."),
    Row((50057,), V.ADMIN_NEEDED, "The account is disabled, as a shared mailbox's usually is."),
    Row((50105,), V.ADMIN_NEEDED, "The account is not assigned to the application."),
    Row((90094,), V.ADMIN_NEEDED, "An administrator has to approve the permissions."),
    Row((90095,), V.ADMIN_NEEDED, "Approval was requested; an administrator has to answer."),
    Row((650052,), V.ADMIN_NEEDED, "The organisation has no subscription for the service."),
    Row((500011,), V.ADMIN_NEEDED, "The organisation does not know the service asked for."),
    Row((90072, 500212, 500213), V.ADMIN_NEEDED, "A policy about guests or partners blocks this."),
    # The account or its organisation is gone.
    Row((50034,), V.MAILBOX_UNUSABLE, "The account does not exist in this organisation."),
    Row((51004, 50014), V.MAILBOX_UNUSABLE, "The account does not exist, or awaits redemption."),
    Row((90002,), V.MAILBOX_UNUSABLE, "The organisation does not exist any more."),
    # Consent.
    Row((65001,), V.CONSENT_NEEDED, "A permission has not been granted, or was withdrawn."),
    Row((700016,), V.CONSENT_NEEDED, "The application is not known in this organisation."),
    # The operator mends the application's registration, its secret, or the program.
    Row((700084,), V.OPERATOR_FAULT, "The redirect address is registered for a wrong platform."),
    Row(
        (65005, 650054, 650056, 650057, 90099),
        V.OPERATOR_FAULT,
        "The application's registration lacks a permission or is not authorised.",
    ),
    Row((700038,), V.OPERATOR_FAULT, "The client id is not a valid id."),
    Row((70001, 7000112), V.OPERATOR_FAULT, "The application is unknown or disabled."),
    Row((50194,), V.OPERATOR_FAULT, "The application is not registered as multitenant."),
    Row((7000215,), V.OPERATOR_FAULT, "The application's secret is wrong."),
    Row((7000222,), V.OPERATOR_FAULT, "The application's secret has expired."),
    Row((7000218,), V.OPERATOR_FAULT, "The application's credential was not sent."),
    Row(
        (700027, 50012, 50013, 700022, 700023, 700229),
        V.OPERATOR_FAULT,
        "The application's certificate or federated credential was refused.",
    ),
    Row((501481,), V.OPERATOR_FAULT, "The proof key does not match the sign-in's start."),
    Row((700005,), V.OPERATOR_FAULT, "The sign-in's code is meant for another organisation."),
    Row((50011,), V.OPERATOR_FAULT, "The redirect address is not registered."),
    Row((70011,), V.OPERATOR_FAULT, "A permission asked for is unknown or malformed."),
    Row((1002012,), V.OPERATOR_FAULT, "The permission asked for must end in /.default."),
    Row((70003,), V.OPERATOR_FAULT, "The kind of grant is not supported."),
    Row(
        (900144, 90014, 9002313, 90023),
        V.OPERATOR_FAULT,
        "A parameter of the request is missing or malformed.",
    ),
    # It mends itself.
    Row((50196,), V.RETRY, "The same request came too often; waiting."),
    Row((90055,), V.RETRY, "The organisation's requests are being slowed down."),
    Row(
        (90033, 50033, 90012, 90024, 90006, 90090, 50087, 40010),
        V.RETRY,
        "The sign-in service has a passing fault.",
    ),
)

ROW_BY_CODE = {code: row for row in _ROWS for code in row.codes}
"""Every code that has a verdict."""


class CallbackResult(StrEnum):
    """What a code says about the person's journey; no verdict about the account."""

    CANCELLED = "cancelled"
    OTHER_ACCOUNT = "other account"
    RESTART = "restart"


RESULT_BY_CODE = {
    65004: CallbackResult.CANCELLED,
    50020: CallbackResult.OTHER_ACCOUNT,
    54005: CallbackResult.RESTART,
}
"""Codes that occur while somebody is signing in and mean nothing at any other time."""
