"""What the panel «Microsoft 365 Connection Settings» shows of one catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from classbell.storage.models import (
    CapabilityCheck,
    Catalog,
    PendingConnection,
    Person,
    SignInJourney,
)
from classbell.storage.queries import connections
from classbell.storage.queries.pages_shell import ConnectionStatus, connection_status

REMEMBERED = timedelta(days=1)
"""How long the panel remembers that somebody left for Microsoft."""


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """Everything the panel needs to know.

    Attributes:
        status: how the catalog is connected.
        pending: the account that signed in for this person and browser and waits for Save.
        checks: the last answers about what the connected account can do.
        shared_with: how many other catalogs use the same account.
        waiting: messages of the catalog that are still to go out.
        never_came_back: whether this browser left to connect a first account and brought nothing
            back, as from Microsoft's page «Need admin approval».
    """

    status: ConnectionStatus
    pending: PendingConnection | None
    checks: tuple[CapabilityCheck, ...]
    shared_with: int
    waiting: int
    never_came_back: bool = False


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
    pending = connections.pending_of(catalog, person=person, browser_key=browser_key, now=now)
    return PanelFacts(
        status=status,
        pending=pending,
        checks=tuple(connections.capabilities(account)) if account else (),
        shared_with=connections.catalogs_served(account).count() - 1 if account else 0,
        waiting=connections.waiting_messages(catalog).count(),
        never_came_back=not (account or pending)
        and _never_came_back(catalog, browser_key, since=now - REMEMBERED),
    )


def _never_came_back(catalog: Catalog, browser_key: str, *, since: datetime) -> bool:
    """Say whether the last journey of this browser to connect the catalog was not finished."""
    journeys = SignInJourney.objects.filter(
        catalog=catalog,
        browser_key=browser_key,
        purpose=SignInJourney.CONNECT,
        created_at__gte=since,
    )
    last = journeys.order_by("-created_at").first()
    return last is not None and last.used_at is None
