"""What the shell of every page of a catalog shows: the state of its connection."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.storage.models import Account, AccountState, Catalog, Connection, Incident
from classbell.storage.queries.connections import connection_of, open_incident, waiting_messages


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """How a catalog is connected.

    Attributes:
        connection: the catalog's setting.
        incident: the open loss of its account, if there is one.
        waiting: messages of this catalog that are still to go out; counted only where something
            keeps them from going.
    """

    connection: Connection
    incident: Incident | None = None
    waiting: int = 0

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
    def is_working(self) -> bool:
        """Whether the catalog's mail goes out."""
        return (
            self.enabled
            and self.account is not None
            and self.account.state == AccountState.CONNECTED
        )


def connection_status(catalog: Catalog) -> ConnectionStatus:
    """Read how a catalog is connected; one query while all is well, three while it is lost."""
    status = ConnectionStatus(connection_of(catalog))
    if status.account is None or status.account.state != AccountState.LOST:
        return status
    return ConnectionStatus(
        status.connection, open_incident(status.account), waiting_messages(catalog).count()
    )
