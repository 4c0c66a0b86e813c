"""Service plans and the licences that carry them.

Identifiers are Microsoft's: https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
"""

from dataclasses import dataclass, field, replace
from typing import Literal

ProvisioningStatus = Literal[
    "Success", "Disabled", "Error", "PendingInput", "PendingActivation", "PendingProvisioning"
]


@dataclass(frozen=True)
class ServicePlan:
    """One plan of a licence, as /me/licenseDetails lists it."""

    name: str
    plan_id: str
    status: ProvisioningStatus = "Success"
    applies_to: Literal["User", "Company"] = "User"


@dataclass(frozen=True)
class Licence:
    """One licence held by a person."""

    sku_part_number: str
    sku_id: str
    plans: tuple[ServicePlan, ...] = field(default_factory=tuple)

    def without(self, plan_name: str) -> "Licence":
        """Return the licence with one plan switched off, as an administrator may do."""
        plans = tuple(
            replace(plan, status="Disabled") if plan.name == plan_name else plan
            for plan in self.plans
        )
        return replace(self, plans=plans)


EXCHANGE_PLAN_1 = ServicePlan("EXCHANGE_S_STANDARD", "9aaf7827-d63c-4b61-89c3-182f06f82e5c")
EXCHANGE_PLAN_2 = ServicePlan("EXCHANGE_S_ENTERPRISE", "efb87545-963c-4e0d-99df-69c6916d9eb0")
EXCHANGE_KIOSK = ServicePlan("EXCHANGE_S_DESKLESS", "4a82b400-a79f-41a4-b4e2-e94f5787b113")
EXCHANGE_FOUNDATION = ServicePlan("EXCHANGE_S_FOUNDATION", "113feb6c-3fe4-4440-bddc-54d774bf0318")
TEAMS = ServicePlan("TEAMS1", "57ff2da0-773e-42df-b2af-ffb7a2317929")

# Plans that give a mailbox Graph can reach, from the smallest up.
MAILBOX_PLANS = frozenset(plan.name for plan in (EXCHANGE_PLAN_1, EXCHANGE_PLAN_2, EXCHANGE_KIOSK))

BUSINESS_PREMIUM = Licence(
    "SPB", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", (EXCHANGE_PLAN_1, EXCHANGE_FOUNDATION, TEAMS)
)
EXCHANGE_ONLINE_PLAN_1 = Licence(
    "EXCHANGESTANDARD", "4b9405b0-7788-4568-add1-99614e613b69", (EXCHANGE_PLAN_1,)
)
FRONTLINE_F3 = Licence("SPE_F1", "66b55226-6b4f-492c-910c-a3b7a3c9d993", (EXCHANGE_KIOSK, TEAMS))
LICENCES = {
    licence.sku_part_number: licence
    for licence in (BUSINESS_PREMIUM, EXCHANGE_ONLINE_PLAN_1, FRONTLINE_F3)
}
