"""What the panel «Microsoft 365 Connection Settings» shows of one catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classbell.storage.models import CapabilityCheck, Catalog, PendingConnection, Person
from classbell.storage.queries import connections
from classbell.storage.queries.pages_shell import ConnectionStatus, connection_status


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """Everything the panel needs to know.

    Attributes:
        status: how the catalog is connected.
        pending: the account that signed in for this person and browser and waits for Save.
        checks: the last answers about what the connected account can do.
        shared_with: how many other catalogs use the same account.
        waiting: messages of the catalog that are still to go out.
    """

    status: ConnectionStatus
    pending: PendingConnection | None
    checks: tuple[CapabilityCheck, ...]
    shared_with: int
    waiting: int


def panel_facts(catalog: Catalog, *, person: Person, browser_key: str, now: datetime) -> PanelFacts:
    """Read what the panel shows to one person in one browser.

    Args:
        catalog: whose setting it is.
        person: who looks; somebody else's signed-in account is not shown.
        browser_key: the browser session that the sign-in was started in.
        now: business time; a pending account that is too old is not shown.
    """
    status = connection_status(catalog)
    account = status.account
    return PanelFacts(
        status=status,
        pending=connections.pending_of(catalog, person=person, browser_key=browser_key, now=now),
        checks=tuple(connections.capabilities(account)) if account else (),
        shared_with=connections.catalogs_served(account).count() - 1 if account else 0,
        waiting=connections.waiting_messages(catalog).count(),
    )
