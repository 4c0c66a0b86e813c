"""Applications that call for themselves: which mailboxes they reach, and with what.

https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from m365sandbox.errors import access_denied
from m365sandbox.graph.errors import bad_request
from m365sandbox.graph.online_meetings import forbidden

if TYPE_CHECKING:
    from m365sandbox.directory.model import Person
    from m365sandbox.entra.tokens import Caller
    from m365sandbox.graph.operations import Operation
    from m365sandbox.world import World


def acting_for(world: World, caller: Caller, operation: Operation, person: Person) -> Caller:
    """Return an application's caller as it stands before one account.

    It acts as the account itself, with the app roles of its token and, in mailboxes, with what
    Exchange assigned for them besides.

    Raises:
        GraphError: 400 below /me, which only a signed-in person has; 403 for online meetings, as
            no application access policy lets it, and for change notifications.
    """
    if person is caller.person and operation.area not in {"places", "subscriptions"}:
        raise bad_request("/me request is only valid with delegated authentication flow.")
    if operation.area == "meetings":
        raise forbidden("No application access policy found for this app.")
    if operation.area == "subscriptions":
        raise access_denied()
    if operation.area != "mailbox":
        return replace(caller, person=person)
    now, tenant_id = world.now(), caller.tenant.tenant_id
    scoped = world.application_access.scoped(caller.client_id, tenant_id, person.address, now)
    return replace(caller, person=person, scopes=caller.scopes | scoped)
