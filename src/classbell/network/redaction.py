"""Keeps secrets and addresses out of logs."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from urllib.parse import urlsplit

REDACTED = "[redacted]"

SENSITIVE_KEYS = frozenset(
    {
        "access_key",
        "access_token",
        "accesskey",
        "assertion",
        "authorization",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "cookie",
        "id_token",
        "nonce",
        "password",
        "proxy-authorization",
        "refresh_token",
        "secret",
        "set-cookie",
        "signature",
        "state",
        "token",
    }
)
"""Keys of log events, headers and form fields whose value never reaches a log."""

# A token in Microsoft's shapes: a JWT, or an opaque refresh token such as «1.AXo…» or «0.AAA…».
_TOKEN = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}|\b[01]\.A[\w-]{20,}")
_BEARER = re.compile(r"\b(Bearer|Basic|HMAC-SHA256)\s+[^\s,;]+", re.IGNORECASE)
_PAIR = re.compile(
    r"\b(" + "|".join(sorted(SENSITIVE_KEYS)) + r")(=|\"\s*:\s*\")[^&\s\"',;]+", re.IGNORECASE
)
# From the beginning of a run only: tried from each of its letters, a long path would take long.
_ADDRESS = re.compile(r"(?<![^\s/@<>\"'])[^\s/@<>\"']+(?:@|%40)[^\s/@<>\"']+", re.IGNORECASE)


def redact_text(text: str) -> str:
    """Return ``text`` without tokens, secrets and codes. Addresses stay: errors are about them."""
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    text = _TOKEN.sub(REDACTED, text)
    return _PAIR.sub(rf"\1\2{REDACTED}", text)


def loggable_path(url: str) -> str:
    """Return the path of ``url`` for a log line: no query, mailboxes replaced by a word."""
    return redact_text(_ADDRESS.sub("{mailbox}", urlsplit(url).path or "/"))


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Clean one log event; a structlog processor, to be placed before the renderer."""
    for key, value in event.items():
        if key.lower() in SENSITIVE_KEYS:
            event[key] = REDACTED
        elif isinstance(value, str):
            event[key] = redact_text(value)
    return event
