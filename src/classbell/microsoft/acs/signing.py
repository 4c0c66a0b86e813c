"""Proves a request with the access key of a Communication Services resource.

https://learn.microsoft.com/en-us/azure/communication-services/tutorials/hmac-header-tutorial
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"
DEFAULT_PORTS = {"http": 80, "https": 443}


class UnusableKey(Exception):
    """The access key is not what Azure gives out."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What is signed of a request.

    Attributes:
        method: in capitals.
        url: absolute, exactly as it will be asked for, query included.
        date: RFC 1123, by the machine's clock: Azure compares it with its own.
        body: the bytes that will be sent.
    """

    method: str
    url: str
    date: str
    body: bytes = field(default=b"", repr=False)


def signed_headers(request: Unsigned, access_key: str) -> dict[str, str]:
    """Return the headers that prove a request.

    Args:
        request: what will be sent.
        access_key: base64.

    Raises:
        UnusableKey: the key is not base64, or empty.
    """
    content_hash = base64.b64encode(hashlib.sha256(request.body).digest()).decode("ascii")
    parts = urlsplit(request.url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    values = f"{request.date};{host_header(request.url)};{content_hash}"
    digest = hmac.digest(
        _secret(access_key), f"{request.method}\n{path}\n{values}".encode(), hashlib.sha256
    )
    signature = base64.b64encode(digest).decode("ascii")
    return {
        "x-ms-date": request.date,
        "x-ms-content-sha256": content_hash,
        "Authorization": f"HMAC-SHA256 SignedHeaders={SIGNED_HEADERS}&Signature={signature}",
    }


def host_header(url: str) -> str:
    """Return the Host header that goes with an address: without the port its scheme implies."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    if parts.port is None or parts.port == DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


def _secret(access_key: str) -> bytes:
    """Return the bytes of a key."""
    try:
        secret = base64.b64decode(access_key, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise UnusableKey("The access key is not base64.") from cause
    if not secret:
        raise UnusableKey("There is no access key.")
    return secret
