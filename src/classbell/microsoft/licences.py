"""Which Microsoft 365 service plans mean a usable mailbox or Teams; a table, not logic.

Microsoft lists them at
https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference. Plans for
schools, governments and partners have other ids, and Microsoft adds new ones: the operator can name
more, an Exchange plan that is not listed counts as good, and the calendar decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from classbell.ports.account import LicenceLists
from classbell.ports.errors import ConfigurationFault

MAIL = frozenset(
    {
        UUID("9aaf7827-d63c-4b61-89c3-182f06f82e5c"),  # EXCHANGE_S_STANDARD, Plan 1
        UUID("efb87545-963c-4e0d-99df-69c6916d9eb0"),  # EXCHANGE_S_ENTERPRISE, Plan 2
        UUID("fc52cc4b-ed7d-472d-bbe7-b081c23ecc56"),  # EXCHANGE_S_STANDARD_MIDMARKET
        UUID("90927877-dcff-4af6-b346-2332c0b15bb7"),  # EXCHANGE_B_STANDARD
        UUID("d42bdbd6-c335-4231-ab3d-c8f348d5aff5"),  # EXCHANGE_L_STANDARD
    }
)

TOO_SMALL = frozenset(
    {
        UUID("4a82b400-a79f-41a4-b4e2-e94f5787b113"),  # EXCHANGE_S_DESKLESS, Kiosk
        UUID("1126bef5-da20-4f07-b45e-ad25d2581aa8"),  # EXCHANGE_S_ESSENTIALS
        UUID("113feb6c-3fe4-4440-bddc-54d774bf0318"),  # EXCHANGE_S_FOUNDATION, no mailbox
    }
)

TEAMS = frozenset(
    {
        UUID("57ff2da0-773e-42df-b2af-ffb7a2317929"),  # TEAMS1
    }
)


def licence_lists(*, mail: str = "", too_small: str = "", teams: str = "") -> LicenceLists:
    """Return the lists that come with Classbell, with what the operator adds.

    Args:
        mail: ids of further plans with Exchange Online Plan 1 or better, separated by commas.
        too_small: ids of further Exchange plans below that; they win over the other list.
        teams: ids of further plans with Teams.

    Raises:
        ConfigurationFault: something named is no id.
    """
    small = TOO_SMALL | _ids("CLASSBELL_EXCHANGE_PLANS_TOO_SMALL", too_small)
    return LicenceLists(
        mail=(MAIL | _ids("CLASSBELL_EXCHANGE_PLANS", mail)) - small,
        too_small=small,
        teams=TEAMS | _ids("CLASSBELL_TEAMS_PLANS", teams),
        mail_prefix="EXCHANGE_",
        teams_prefix="TEAMS",
    )


def _ids(variable: str, text: str) -> frozenset[UUID]:
    """Read ids that are separated by commas."""
    return frozenset(_id(variable, part) for part in _parts(text))


def _parts(text: str) -> Iterable[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def _id(variable: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as cause:
        raise ConfigurationFault(
            f"{variable} names «{text}», which is no service plan id.",
            meaning="Classbell cannot tell which licences are good enough.",
            remedy="Use ids of Microsoft's list of service plans, separated by commas.",
        ) from cause
