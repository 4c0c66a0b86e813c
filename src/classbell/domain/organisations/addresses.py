"""E-mail addresses as people type them: checked, and keyed so that case makes no difference."""

from __future__ import annotations

import re

from classbell.ports.errors import InvalidInput

LONGEST = 254
"""Characters, from the path limit of RFC 5321 without its angle brackets."""

# One @ with something on both sides, a dot in the domain, and nothing that could end a header or
# begin a second address. Whether it exists only its mail server knows.
_FORM = re.compile(r"""[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\.]+(\.[^\s@<>,;:"()\[\]\\.]+)+""")


def checked_address(text: str) -> str:
    """Return the address without surrounding space.

    Raises:
        InvalidInput: it has not the form of an e-mail address.
    """
    address = text.strip()
    if len(address) > LONGEST or not address.isprintable() or not _FORM.fullmatch(address):
        raise InvalidInput(
            f"«{address[:80]}» is not an e-mail address.",
            field="address",
            remedy="Write it like name@example.org.",
        )
    return address


def address_key(address: str) -> str:
    """Return what two spellings of one address have in common."""
    return address.strip().casefold()
