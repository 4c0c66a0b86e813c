"""The connection of a catalog and the rooms it can book, as types and as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from classbell_client.in_catalog import InCatalog
from classbell_client.models import PersonGiven, shown_as
from classbell_client.transport import Answer


@dataclass(frozen=True, slots=True)
class Account:
    """The Microsoft 365 account that a catalog uses; never its tokens."""

    address: str
    name: str
    kind: str
    state: str
    granted_permissions: list[str]


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that the account can or cannot do, as last checked."""

    capability: str
    state: str
    evidence: str
    remedy: str
    who: str
    checked_at: str


@dataclass(frozen=True, slots=True)
class Connection:
    """How a catalog is connected; ``etag`` names this state of it."""

    enabled: bool
    account: Account | None
    mail_by_email_provider: bool
    connected_at: str | None
    capabilities: list[Capability]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How the account is doing; ``remedy`` says what helps (``text``), and ``who`` can do it."""

    status: str
    summary: str
    remedy: Mapping[str, str] | None
    lost_since: str | None
    waiting: int
    sent_24h: int
    last_success_at: str | None
    next_check_at: str | None
    checked_at: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to sign in with an account; its link is mailed to it, and shown nowhere."""

    id: str
    address: str
    admin: str
    created_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the organisation."""

    address: str
    name: str
    building: str
    floor: str
    city: str
    capacity: int | None
    features: list[str]
    wheelchair_accessible: bool | None


@dataclass(frozen=True, slots=True)
class RoomAvailability:
    """A room and whether it is free; free now is no reservation."""

    room: Room
    availability: str
    reason: str
    too_small: bool


class Connecting(InCatalog):
    """What can be said of a catalog's connection and rooms."""

    def connection(self) -> Connection:
        """Read which account the catalog uses, and what it can do."""
        return _connection(self._transport.send("GET", f"{self._here}/connection"))

    def switch_connection(self, connection: Connection, *, enabled: bool) -> Connection:
        """Switch the connection on or off, unless it was changed since it was read."""
        return _connection(
            self._transport.send(
                "PATCH",
                f"{self._here}/connection",
                body={"enabled": enabled},
                if_match=connection.etag,
            )
        )

    def health(self) -> Health:
        """Read how the account is doing, from what is known; nobody outside is asked."""
        return shown_as(Health, self._transport.send("GET", f"{self._here}/connection/health").body)

    def invitations(self) -> list[Invitation]:
        """Read the invitations to connect an account that still work, newest first."""
        found = self._transport.send("GET", f"{self._here}/connection/invitations").body
        return [shown_as(Invitation, one) for one in found["items"]]

    def invite_owner(self, address: str, *, admin: PersonGiven) -> Invitation:
        """Invite the owner of an account to sign in with it; ``admin`` will press Save."""
        body = {"address": address, "admin": admin}
        where = f"{self._here}/connection/invitations"
        return shown_as(Invitation, self._transport.send("POST", where, body=body).body)

    def withdraw_invitation(self, invitation: Invitation) -> None:
        """Withdraw an invitation."""
        self._transport.send("DELETE", f"{self._here}/connection/invitations/{invitation.id}")

    def rooms(self) -> Iterator[Room]:
        """Read the rooms that the catalog offers."""
        return (shown_as(Room, one) for one in self._transport.pages(f"{self._here}/rooms"))

    def room_availability(
        self, starts_at: str, ends_at: str, *, seats: int | None = None
    ) -> list[RoomAvailability]:
        """Ask which rooms are free in a time; free ones come first.

        Args:
            starts_at: with its offset from UTC, such as ``2027-03-02T09:00:00+01:00``.
            ends_at: likewise, at most 14 days later.
            seats: at least so many.
        """
        query = {"starts_at": starts_at, "ends_at": ends_at, "seats": str(seats or "")}
        found = self._transport.send("GET", f"{self._here}/rooms/availability", query=query).body
        return [_availability(one) for one in found["items"]]


def _connection(answer: Answer) -> Connection:
    body, account = answer.body, answer.body["account"]
    known = {
        **body,
        "account": None if account is None else shown_as(Account, account),
        "capabilities": [shown_as(Capability, one) for one in body["capabilities"]],
    }
    return shown_as(Connection, {**known, "etag": answer.etag})


def _availability(body: Mapping[str, Any]) -> RoomAvailability:
    return shown_as(RoomAvailability, {**body, "room": shown_as(Room, body["room"])})
