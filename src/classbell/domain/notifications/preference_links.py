"""The address in a mail under which its reader chooses what mail they get, without signing in.

Its token says who, and is signed with a key that is made for this alone: it opens a list of kinds
of mail and nothing else. It never runs out, as mail is kept for years, and can be used again.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from uuid import UUID

from classbell.domain.organisations.attempts import Door, counted
from classbell.ports.bundle import Ports
from classbell.ports.errors import NotFoundHere
from classbell.ports.mail import Unsubscribe
from classbell.storage.encryption import keyed_hash
from classbell.storage.models import Person

PATH = "preferences"
_PURPOSE = "mail_preferences.token"
_ID_BYTES, _PROOF_BYTES = 16, 20


def preference_token(ports: Ports, person_id: UUID) -> str:
    """Return the token of a person: letters, digits, - and _."""
    whole = person_id.bytes + _proof(ports, person_id)
    return base64.urlsafe_b64encode(whole).decode()


def person_of_token(ports: Ports, token: str) -> Person:
    """Return whose choice a token opens.

    Raises:
        NotFoundHere: it was not made here, or the person is gone.
        TooManyRequests: there were too many such from this network.
    """
    try:
        whole = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        whole = b""
    if len(whole) == _ID_BYTES + _PROOF_BYTES:
        person_id = UUID(bytes=whole[:_ID_BYTES])
        if hmac.compare_digest(_proof(ports, person_id), whole[_ID_BYTES:]):
            person = Person.objects.filter(pk=person_id).first()
            if person is not None:
                return person
    unknown = NotFoundHere(
        "This link does not belong to anybody here.",
        meaning="It was cut off on the way, or whom it was made for is not known here any more.",
        remedy="Open it from the message again, as a whole.",
    )
    raise counted(ports, Door.LINK, unknown)


def preferences_address(ports: Ports, person_id: UUID | None) -> str:
    """Return the page on which somebody chooses; the common one, after signing in, without id."""
    common = f"{ports.base_url}/{PATH}"
    return common if person_id is None else f"{common}/{preference_token(ports, person_id)}"


def unsubscribe_of(ports: Ports, kind: str, person_id: UUID | None) -> Unsubscribe:
    """Return where a mail program offers to decline mail of a kind.

    One click needs the reader's own address and https (RFC 8058, sections 3.1 and 6).
    """
    address = preferences_address(ports, person_id)
    if person_id is None:
        return Unsubscribe(address, one_click=False)
    return Unsubscribe(f"{address}/{kind}", one_click=address.startswith("https:"))


def _proof(ports: Ports, person_id: UUID) -> bytes:
    return bytes.fromhex(keyed_hash(ports.secret_key, _PURPOSE, person_id.hex))[:_PROOF_BYTES]
