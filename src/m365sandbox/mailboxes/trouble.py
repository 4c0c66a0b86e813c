"""What single mailboxes and addresses may meet: a quota that is used up, mail that comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

NOBODY_THERE: Final = "550 5.1.1 The email account that you tried to reach does not exist"


@dataclass
class Trouble:
    """Quotas by mailbox, in bytes, and why mail to an address or to a whole domain comes back.

    A domain is written with the sign before it, as in ``@elsewhere.example``. The reason is the
    reply of the other server with its enhanced status code.
    """

    quotas: dict[str, int] = field(default_factory=dict)
    bouncing: dict[str, str] = field(default_factory=dict)

    def set_quota(self, mailbox: str, size: int | None) -> None:
        """Limit what a mailbox may hold to so many bytes; None lets it hold anything."""
        self.quotas.pop(mailbox.lower(), None)
        if size is not None:
            self.quotas[mailbox.lower()] = size

    def set_bounce(self, address: str, reason: str | None) -> None:
        """Let mail to an address or domain come back, or arrive again when the reason is None."""
        self.bouncing.pop(address.lower(), None)
        if reason is not None:
            self.bouncing[address.lower()] = reason

    def reason_against(self, address: str) -> str | None:
        """Return why mail to an address comes back, or None when it arrives."""
        domain = f"@{address.lower().rpartition('@')[2]}"
        return self.bouncing.get(address.lower()) or self.bouncing.get(domain)
