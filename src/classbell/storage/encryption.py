"""Secrets at rest: AES-256-GCM with named keys, each cell bound to its own place."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from classbell.ports.errors import ConfigurationFault

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The configured keys by id; ``current`` seals, all open. Implements ``ports.secrets.Cipher``.

    A sealed cell is: version byte, length of the key id, key id, nonce, ciphertext with tag. The
    words of ``bound_to`` are authenticated but not stored.
    """

    current: str
    keys: dict[str, bytes] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the configured keys; see ``ports.secrets.Cipher.names``."""
        return tuple(self.keys)

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypt for one place; see ``ports.secrets.Cipher.seal``."""
        name = self.current.encode()
        nonce = os.urandom(NONCE_BYTES)
        header = VERSION + bytes([len(name)]) + name
        cipher = AESGCM(self.keys[self.current])
        return header + nonce + cipher.encrypt(nonce, plain, header + bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
        """Decrypt what was sealed for the same place; see ``ports.secrets.Cipher.open``."""
        name = self.key_id(sealed)
        if name not in self.keys:
            raise ConfigurationFault(
                f"A secret was sealed with the key «{name}», which is not configured.",
                meaning="The account it belongs to cannot be used.",
                remedy="Put that key back into CLASSBELL_ENCRYPTION_KEYS, after the current one.",
            )
        end = 2 + len(name.encode())
        header, nonce = sealed[:end], sealed[end : end + NONCE_BYTES]
        try:
            return AESGCM(self.keys[name]).decrypt(
                nonce, sealed[end + NONCE_BYTES :], header + bound_to.encode()
            )
        except InvalidTag as cause:
            raise ConfigurationFault(
                "A sealed secret does not open in its place.",
                meaning="It was changed or copied from another row, or its key was replaced "
                "under the same id.",
                remedy="Restore the row from a backup, or connect the account again.",
            ) from cause

    def key_id(self, sealed: bytes) -> str:
        """Return the id of the key a cell was sealed with."""
        if sealed[:1] != VERSION or len(sealed) < 2 + NONCE_BYTES:
            raise ConfigurationFault(
                "A sealed secret has an unknown form.", remedy="Restore the row from a backup."
            )
        return sealed[2 : 2 + sealed[1]].decode()


def key_ring(text: str) -> KeyRing:
    """Read ``id:base64,id:base64``; the first key is the current one.

    Raises:
        ConfigurationFault: a key is malformed or not 32 bytes long, or an id occurs twice.
    """
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(key) != KEY_BYTES or name in keys:
            raise ConfigurationFault(
                f"CLASSBELL_ENCRYPTION_KEYS: the key «{name}» is not usable.",
                meaning="Each entry is an id of its own, a colon, and 32 bytes in base64.",
                remedy="Make one with: classbell keys new.",
            )
        keys[name] = key
    if not keys:
        raise ConfigurationFault(
            "CLASSBELL_ENCRYPTION_KEYS is empty.", remedy="Make a key with: classbell keys new."
        )
    return KeyRing(next(iter(keys)), keys)


def new_key(name: str) -> str:
    """Return a fresh ``id:base64`` entry."""
    return f"{name}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def keyed_hash(secret_key: str, purpose: str, value: str) -> str:
    """Hash something that is only ever compared, such as a state or a link's token.

    Args:
        secret_key: the installation's secret.
        purpose: keeps equal values of different kinds apart.
        value: the secret to recognise later.
    """
    key = hashlib.sha256(f"{purpose}:{secret_key}".encode()).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
