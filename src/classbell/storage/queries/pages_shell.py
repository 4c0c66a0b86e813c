"""What the shell of every page of a catalog shows: the state of its connection."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    Connection,
    EmailProvider,
    Incident,
)
from classbell.storage.queries.connections import connection_of, open_incident, waiting_messages
from classbell.storage.queries.email_provider import active_provider
from classbell.storage.scope import Scope


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """How a catalog is connected.

    Attributes:
        connection: the catalog's setting.
        incident: the open loss of its account, if there is one.
        waiting: messages of this catalog that are still to go out; counted only where something
            keeps them from going.
        provider: the organisation's Azure Communication Services resource while it is activated;
            read only where the catalog may use it.
    """

    connection: Connection
    incident: Incident | None = None
    waiting: int = 0
    provider: EmailProvider | None = None

    @property
    def account(self) -> Account | None:
        """The connected account, lost or not; None where there is none or it was disconnected."""
        account = self.connection.account
        if account is None or account.state == AccountState.DISCONNECTED:
            return None
        return account

    @property
    def enabled(self) -> bool:
        """Whether the catalog's toggle is on."""
        return self.connection.enabled

    @property
    def is_lost(self) -> bool:
        """Whether the catalog relies on an account whose connection is lost."""
        return self.enabled and self.account is not None and self.account.state == AccountState.LOST

    @property
    def mails_by_provider(self) -> bool:
        """Whether its mail goes through Azure Communication Services: chosen, or stepped in."""
        if not self.enabled or self.provider is None:
            return False
        return self.connection.use_acs or (self.connection.fall_over and self.is_lost)

    @property
    def sends_as(self) -> str:
        """The address that its mail comes from at this moment; empty where none goes out."""
        if self.mails_by_provider and self.provider is not None:
            return self.provider.sender_address
        account = self.account
        by_account = not self.connection.use_acs or self.connection.fall_over
        if not self.enabled or account is None or account.state != AccountState.CONNECTED:
            return ""
        return account.address if by_account else ""

    @property
    def is_working(self) -> bool:
        """Whether the catalog's mail goes out."""
        return bool(self.sends_as)


def catalog_language(scope: Scope, slug: str) -> str:
    """Return the language tag of a catalog of a scope; empty where there is none."""
    tags = scope.of(Catalog).filter(slug=slug).values_list("language", flat=True)
    return tags.first() or ""


def connection_status(catalog: Catalog) -> ConnectionStatus:
    """Read how a catalog is connected: one query while all is well, two more while it is lost.

    Where the catalog may use Azure Communication Services it is one more.
    """
    connection = connection_of(catalog)
    may_use = connection.use_acs or connection.fall_over
    provider = active_provider(catalog.organisation_id) if may_use else None
    status = ConnectionStatus(connection, provider=provider)
    if status.account is None or status.account.state != AccountState.LOST:
        return status
    incident, waiting = open_incident(status.account), waiting_messages(catalog).count()
    return ConnectionStatus(connection, incident, waiting, provider)


def status_in_list(catalog: Catalog, provider: EmailProvider | None) -> ConnectionStatus:
    """Return how a catalog of a list is connected, from what was read along with it.

    Args:
        catalog: with its connection and account, as far as there are.
        provider: the organisation's Azure Communication Services resource while it is activated.
    """
    connection = getattr(catalog, "connection", None) or Connection(catalog=catalog)
    return ConnectionStatus(connection, provider=provider)
