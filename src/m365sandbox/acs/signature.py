"""Signing a request with a resource's key.

https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

SIGNED = "x-ms-date;host;x-ms-content-sha256"
SCHEME = "HMAC-SHA256"


@dataclass(frozen=True)
class Signed:
    """What a signature covers: method, path with query as sent, and three headers' values."""

    method: str
    path: str
    date: str
    host: str
    content_hash: str

    def text(self) -> str:
        """Return the text that is signed."""
        values = f"{self.date};{self.host};{self.content_hash}"
        return f"{self.method.upper()}\n{self.path}\n{values}"


def content_hash(body: bytes) -> str:
    """Return the value of x-ms-content-sha256 for a body."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def signature(key: str, signed: Signed) -> str:
    """Return the signature under a key in base64.

    Raises:
        ValueError: the key is not base64.
    """
    try:
        secret = base64.b64decode(key, validate=True)
    except binascii.Error as error:
        raise ValueError("A key is written in base64.") from error
    return base64.b64encode(hmac.digest(secret, signed.text().encode(), "sha256")).decode()


def given_signature(authorization: str) -> str | None:
    """Return the signature an Authorization header carries, or None where it is of another form."""
    scheme, _, rest = authorization.partition(" ")
    names, _, given = rest.partition("&Signature=")
    if scheme != SCHEME or names != f"SignedHeaders={SIGNED}" or not given:
        return None
    return given
