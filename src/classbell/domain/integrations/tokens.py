"""The form of a token: a prefix that scanners know, 190 random bits, and a checksum.

The checksum lets a mistyped or invented token be refused without looking anything up, and lets a
scanner of source code tell a token from a word that only looks like one.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib

from classbell.ports.bundle import Ports
from classbell.storage.encryption import keyed_hash

PREFIX = "classbell_"
SECRET_LENGTH = 32
CHECK_LENGTH = 6
_DIGITS = string.digits + string.ascii_letters
_FORM = re.compile(f"{PREFIX}[0-9a-zA-Z]{{{SECRET_LENGTH + CHECK_LENGTH}}}")


def new_token() -> str:
    """Return a token that nobody had before."""
    secret = "".join(secrets.choice(_DIGITS) for _ in range(SECRET_LENGTH))
    return PREFIX + secret + _check(secret)


def is_well_formed(token: str) -> bool:
    """Tell whether a text can be one of our tokens: its form and its checksum hold."""
    if not _FORM.fullmatch(token):
        return False
    secret = token[len(PREFIX) : -CHECK_LENGTH]
    return secrets.compare_digest(token[-CHECK_LENGTH:], _check(secret))


def token_hash(ports: Ports, token: str) -> str:
    """Return the keyed hash under which a token is kept."""
    return keyed_hash(ports.secret_key, "api_token", token)


def _check(secret: str) -> str:
    """Return the CRC-32 of the secret in base 62, six characters."""
    rest, digits = zlib.crc32(secret.encode()), ""
    for _ in range(CHECK_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
