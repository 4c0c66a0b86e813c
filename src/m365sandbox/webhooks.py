"""Speaking to applications' webhooks: on this machine only, and patiently but not for ever."""

from __future__ import annotations

import ipaddress
import ssl
from typing import Final
from urllib.parse import urlsplit

import httpx2  # noqa: TID251 -- speaks to webhooks on this machine, as Microsoft would

PATIENCE_SECONDS: Final = 30
_WRONG: Final = "The webhook must be plain http on this machine, such as http://127.0.0.1:8000/…"


def webhook_client(patience_seconds: float = PATIENCE_SECONDS) -> httpx2.AsyncClient:
    """Return a client for webhooks: it follows nothing, and no proxy of the machine's.

    Webhooks are plain http on loopback, so nobody's certificates need to be loaded.

    Args:
        patience_seconds: How long an answer may take.
    """
    return httpx2.AsyncClient(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        follow_redirects=False,
        timeout=patience_seconds,
    )


def check_webhook(url: str) -> None:
    """Accept an address on loopback and nothing else: nothing here leaves this machine.

    Raises:
        ValueError: it is another machine's, not plain http, or no address at all.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or parts.port == 0 or not _is_loopback(host):
        raise ValueError(_WRONG)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
