"""What helps after a loss, and who can do it: one table by Microsoft's code, else by verdict."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.ports.errors import Audience, VerdictKind


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, in one or two sentences, and who can do it."""

    text: str
    who: Audience


SIGN_IN = Remedy(
    "Open Microsoft 365 Connection Settings, select Reconnect and sign in with the account again.",
    Audience.ACCOUNT_OWNER,
)
CONSENT = Remedy(
    "Open Microsoft 365 Connection Settings, select Consent and accept the permissions.",
    Audience.ACCOUNT_OWNER,
)
ADMIN = Remedy(
    "Ask a Microsoft 365 administrator to lift what blocks the account. Classbell notices by "
    "itself when it works again.",
    Audience.TENANT_ADMIN,
)
OTHER_ACCOUNT = Remedy(
    "Connect another account in Microsoft 365 Connection Settings.", Audience.CATALOG_ADMIN
)
MAILBOX = Remedy(
    "Ask a Microsoft 365 administrator to look at the account's mailbox and its licence. Classbell "
    "notices by itself when it works again.",
    Audience.TENANT_ADMIN,
)
OPERATOR = Remedy(
    "Nothing to do for admins: whoever runs this installation has been told.", Audience.OPERATOR
)
PASSES = Remedy("Nothing to do: Classbell tries again by itself.", Audience.NOBODY)

_POLICY = Remedy(
    "Ask a Microsoft 365 administrator to change the policy so that the account may sign in to "
    "Classbell, or to exempt the account. Classbell notices by itself when it works again.",
    Audience.TENANT_ADMIN,
)
_ENABLE = Remedy(
    "Ask a Microsoft 365 administrator to enable the account's sign-in. A shared mailbox cannot be "
    "the connected account.",
    Audience.TENANT_ADMIN,
)
_ASSIGN = Remedy(
    "Ask a Microsoft 365 administrator to assign the account to the application Classbell.",
    Audience.TENANT_ADMIN,
)
_APPROVE = Remedy(
    "Ask a Microsoft 365 administrator to approve the permissions; Microsoft 365 Connection "
    "Settings has the text to forward.",
    Audience.TENANT_ADMIN,
)
_BLOCKED = Remedy(
    "Ask a Microsoft 365 administrator to release the account from the restricted senders.",
    Audience.TENANT_ADMIN,
)
_FULL = Remedy(
    "Make room in the account's mailbox: delete or archive mail, also sent mail. Classbell notices "
    "by itself when it can send again.",
    Audience.ACCOUNT_OWNER,
)
_WAIT = Remedy(
    "Wait until Microsoft unlocks the account, then sign in with it again.", Audience.ACCOUNT_OWNER
)

APPROVAL_CODES = frozenset({"AADSTS90094", "AADSTS90095"})
"""Codes that say an administrator has to approve the permissions."""

_POLICY_CODES = (53000, 53001, 53002, 53003, 53004, 53010, 53011, 50097, 50131, 530032, 530034)

_BY_CODE = {
    **{f"AADSTS{code}": _POLICY for code in (*_POLICY_CODES, 530035, 90072, 500212, 500213)},
    "AADSTS50057": _ENABLE,
    "ErrorAccountDisabled": _ENABLE,
    "AADSTS50105": _ASSIGN,
    **dict.fromkeys(APPROVAL_CODES, _APPROVE),
    "AADSTS50053": _WAIT,
    "ErrorMessageSubmissionBlocked": _BLOCKED,
    "ErrorQuotaExceeded": _FULL,
    "AADSTS50034": OTHER_ACCOUNT,
    "AADSTS51004": OTHER_ACCOUNT,
    "AADSTS50014": OTHER_ACCOUNT,
    "AADSTS90002": OTHER_ACCOUNT,
}

_BY_KIND = {
    VerdictKind.SIGN_IN_AGAIN: SIGN_IN,
    VerdictKind.CONSENT_NEEDED: CONSENT,
    VerdictKind.ADMIN_NEEDED: ADMIN,
    VerdictKind.MAILBOX_UNUSABLE: MAILBOX,
    VerdictKind.OPERATOR_FAULT: OPERATOR,
}


def asks_for_approval(kind: VerdictKind | str, code: str) -> bool:
    """Say whether a loss is one of permissions, which an administrator can give back."""
    return kind == VerdictKind.CONSENT_NEEDED or code in APPROVAL_CODES


def remedy_for(kind: VerdictKind | str, code: str = "") -> Remedy:
    """Return what helps against a failure.

    Args:
        kind: the verdict, or its word as a row keeps it.
        code: Microsoft's code, where one is known.
    """
    return _BY_CODE.get(code) or _BY_KIND.get(VerdictKind(kind), PASSES)
