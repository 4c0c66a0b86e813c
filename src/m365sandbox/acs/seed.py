"""The resources every sandbox starts with: one for each organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from m365sandbox.acs.model import EmailResource, quota_of
from m365sandbox.seed import CLIENT_ID, CONTOSO, FABRIKAM

if TYPE_CHECKING:
    from m365sandbox.acs.state import Acs

# The names say that they open nothing outside a sandbox, as does what the keys decode to.
CONTOSO_RESOURCE: Final = "contoso-learning"
CONTOSO_SENDER: Final = "donotreply@mail.contoso.example"
CONTOSO_KEY: Final = "Y29udG9zby1rZXktb2YtdGhlLXNhbmRib3gtbm90LWZvci1wcm9kdWN0aW9u"
FABRIKAM_RESOURCE: Final = "fabrikam-training"
FABRIKAM_SENDER: Final = "donotreply@fab41ca0-0000-4000-8000-00000000ac50.azurecomm.example"
FABRIKAM_KEY: Final = "ZmFicmlrYW0ta2V5LW9mLXRoZS1zYW5kYm94LW5vdC1mb3ItcHJvZHVjdGlvbg=="


def seed_resources(acs: Acs) -> None:
    """Give Contoso a domain of its own and Fabrikam one that Azure manages."""
    acs.add_resource(
        EmailResource(
            name=CONTOSO_RESOURCE,
            tenant_id=CONTOSO.tenant_id,
            senders={CONTOSO_SENDER: "Contoso Learning"},
            keys=[CONTOSO_KEY, f"c2Vjb25k{CONTOSO_KEY}"],
            clients=[CLIENT_ID],
        )
    )
    acs.add_resource(
        EmailResource(
            name=FABRIKAM_RESOURCE,
            tenant_id=FABRIKAM.tenant_id,
            senders={FABRIKAM_SENDER: "Fabrikam Training"},
            keys=[FABRIKAM_KEY, f"c2Vjb25k{FABRIKAM_KEY}"],
            domain="managed",
            clients=[CLIENT_ID],
            quota=quota_of("managed"),
        )
    )
