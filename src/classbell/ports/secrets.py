"""Secrets at rest: sealing bytes so that they open only where they were put."""

from __future__ import annotations

from typing import Protocol


class Cipher(Protocol):
    """Seals bytes under the current key and opens what any configured key sealed."""

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the configured keys; the first seals."""
        ...

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypt ``plain`` for one place.

        Args:
            plain: the secret.
            bound_to: names table, column and row, such as ``account.tokens:41``; the result opens
                only with the same words, so a copied cell is worthless elsewhere.
        """
        ...

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
        """Decrypt what ``seal`` made.

        Raises:
            ConfigurationFault: the key is not configured any more, or the cell was tampered with.
        """
        ...

    def key_id(self, sealed: bytes) -> str:
        """Return the id of the key that sealed this, so that a rotation knows what is left."""
        ...
