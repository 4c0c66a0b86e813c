"""Tokens at rest: sealed to the row they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from uuid import UUID

from classbell.ports.bundle import Ports
from classbell.ports.identity import TokenSet


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two secrets of an account; never part of a representation."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


def account_place(account_id: UUID) -> str:
    """Return the words that bind tokens to an account's row."""
    return f"account.tokens:{account_id}"


def pending_place(pending_id: UUID) -> str:
    """Return the words that bind tokens to a row that waits for Save."""
    return f"pending.tokens:{pending_id}"


def seal_tokens(ports: Ports, tokens: Tokens | TokenSet, *, place: str) -> bytes:
    """Seal tokens for one row."""
    plain = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    return ports.cipher.seal(json.dumps(plain).encode(), bound_to=place)


def open_tokens(ports: Ports, sealed: bytes | memoryview, *, place: str) -> Tokens:
    """Open what ``seal_tokens`` made for the same row.

    Raises:
        ConfigurationFault: the key is gone, or the cell was changed or copied from another row.
    """
    # PostgreSQL hands out a memoryview.
    plain = json.loads(ports.cipher.open(bytes(sealed), bound_to=place))
    return Tokens(plain["access_token"], plain["refresh_token"])
