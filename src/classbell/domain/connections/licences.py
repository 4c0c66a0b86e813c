"""Which Microsoft 365 service plans mean a usable mailbox or Teams; a table, not logic.

Microsoft lists them at
https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference. Plans for
schools, governments and partners have other ids, so the table warns and the calendar decides.
"""

from __future__ import annotations

from uuid import UUID

EXCHANGE_PLAN_1_OR_BETTER = frozenset(
    {
        UUID("9aaf7827-d63c-4b61-89c3-182f06f82e5c"),  # EXCHANGE_S_STANDARD, Plan 1
        UUID("efb87545-963c-4e0d-99df-69c6916d9eb0"),  # EXCHANGE_S_ENTERPRISE, Plan 2
        UUID("fc52cc4b-ed7d-472d-bbe7-b081c23ecc56"),  # EXCHANGE_S_STANDARD_MIDMARKET
        UUID("90927877-dcff-4af6-b346-2332c0b15bb7"),  # EXCHANGE_B_STANDARD
        UUID("d42bdbd6-c335-4231-ab3d-c8f348d5aff5"),  # EXCHANGE_L_STANDARD
    }
)

EXCHANGE_BELOW_PLAN_1 = frozenset(
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

EXCHANGE_PREFIX = "EXCHANGE_"
"""How names of Exchange plans begin, also of those that the table does not know."""

TEAMS_PREFIX = "TEAMS"
"""How names of Teams plans begin."""
