"""Keeps secrets and addresses out of logs."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
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


# The same: from the beginning of a run only.
_LOCAL_PART = re.compile(
    r"(?<![^\s<>\"'(),:;/=\[\]{}«»])[^\s<>\"'(),:;/=\[\]{}«»]+(@|%40)(?=[\w-])", re.IGNORECASE
)


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
        event[key] = REDACTED if key.lower() in SENSITIVE_KEYS else _redacted(value)
    return event


def redact_person(text: str) -> str:
    """Return ``text`` with the part of each address that names a person left out."""
    return _LOCAL_PART.sub(r"…\1", text)


def _redacted(value: object) -> object:
    """Clean a value of any depth; what is no text, number or collection is written out first."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            str(name): REDACTED if str(name).lower() in SENSITIVE_KEYS else _redacted(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(inner) for inner in value]
    return redact_person(redact_text(str(value)))
