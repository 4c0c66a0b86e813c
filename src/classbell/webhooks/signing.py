"""Signatures of Standard Webhooks, version 1, symmetric.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def signed_headers(
    message_id: str, timestamp: int, body: str, secrets: Sequence[bytes]
) -> dict[str, str]:
    """Return the three headers that a receiver verifies.

    Args:
        message_id: the same at every try, so that a receiver can tell a repetition.
        timestamp: the moment of this try in seconds since 1970.
        body: what is sent, exactly.
        secrets: keys; each makes one signature, so that a receiver may still have the former.
    """
    signed = f"{message_id}.{timestamp}.{body}".encode()
    signatures = [
        "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        for key in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
