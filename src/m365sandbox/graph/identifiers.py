"""The ids and change keys of mailbox items, in the shape and length Exchange gives them."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Final
from uuid import UUID

# "AAMk…" is an id that changes when the item moves, "AAkA…" one that does not.
_REGULAR: Final = bytes.fromhex("000324")
_IMMUTABLE: Final = bytes.fromhex("000900")
_LENGTH: Final = 113
_GUID: Final = 16
_DAY: Final = 4


class MalformedIdError(ValueError):
    """A text is no id of an item."""


def item_id(owner: str, key: str, *, immutable: bool = False) -> str:
    """Return the id of an item.

    Args:
        owner: Object id of the person whose mailbox holds it.
        key: The item's inner key, 32 hexadecimal digits; an occurrence's ends in its day's number,
            a message's in the number of its moves, an attachment's in its place.
        immutable: Whether the id that survives moves is wanted.
    """
    start = _IMMUTABLE if immutable else _REGULAR
    series, _, day = key.partition("_")
    raw = start + UUID(owner).bytes + UUID(series).bytes + int(day or 0).to_bytes(_DAY, "big")
    return base64.urlsafe_b64encode(raw.ljust(_LENGTH, b"\x00")).decode()


def read_item_id(text: str) -> tuple[str, str]:
    """Return the owner's object id and the inner key an id holds; both kinds of id are taken.

    Raises:
        MalformedIdError: The text is no such id.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedIdError(text) from error
    if len(raw) != _LENGTH or raw[:3] not in {_REGULAR, _IMMUTABLE}:
        raise MalformedIdError(text)
    owner, key = raw[3 : 3 + _GUID], raw[3 + _GUID : 3 + 2 * _GUID]
    day = int.from_bytes(raw[3 + 2 * _GUID : 3 + 2 * _GUID + _DAY], "big")
    if day > date.max.toordinal():
        raise MalformedIdError(text)
    series = UUID(bytes=key).hex
    return str(UUID(bytes=owner)), f"{series}_{day}" if day else series


def change_key(key: str, version: int) -> str:
    """Return the change key of an item's version."""
    raw = UUID(key.partition("_")[0]).bytes[:14] + version.to_bytes(5, "big")
    return base64.b64encode(raw).decode()


def etag(key: str, version: int) -> str:
    """Return the entity tag of an item's version."""
    return f'W/"{change_key(key, version)}"'


def matches(given: str, key: str, version: int) -> bool:
    """Say whether an If-Match header names an item's version."""
    current = change_key(key, version)
    for one in given.split(","):
        tag = one.strip().removeprefix("W/").strip('"')
        if tag in {"*", current}:
            return True
    return False
