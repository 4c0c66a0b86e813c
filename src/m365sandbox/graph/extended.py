"""Extended properties of messages: MAPI properties by number, and those applications invent.

https://learn.microsoft.com/graph/api/resources/extended-properties-overview
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from m365sandbox.graph.errors import bad_request

if TYPE_CHECKING:
    from m365sandbox.graph.call import JsonObject
    from m365sandbox.graph.odata import Query
    from m365sandbox.mailboxes.model import Item, Letter

PROPERTIES: Final = "singleValueExtendedProperties"
MESSAGE_CLASS: Final = "String 0x1a"
REPORT: Final = "REPORT.IPM.Note.NDR"
_TYPES: Final = {
    "string": "String",
    "integer": "Integer",
    "long": "Long",
    "short": "Short",
    "boolean": "Boolean",
    "binary": "Binary",
    "double": "Double",
    "systemtime": "SystemTime",
    "clsid": "CLSID",
}
_NUMBERED: Final = re.compile(r"(\w+) 0x([0-9A-Fa-f]{1,4})")
_NAMED: Final = re.compile(r"(\w+) \{?([0-9A-Fa-f-]{36})\}? (Name|Id) (\S.{0,254})", re.IGNORECASE)
# The properties that headers of a message become, by the header's name in lower case.
_OF_HEADERS: Final = {"in-reply-to": "String 0x1042", "list-unsubscribe": "String 0x1045"}
_CLASSES: Final = {
    "request": "IPM.Schedule.Meeting.Request",
    "cancellation": "IPM.Schedule.Meeting.Canceled",
    "response": "IPM.Schedule.Meeting.Resp.Pos",
}


def read_extended(message: JsonObject) -> dict[str, str]:
    """Return the extended properties a message sets, by id in the service's own spelling.

    Raises:
        GraphError: 400 ErrorInvalidExtendedProperty when an id is none.
    """
    given = cast("list[JsonObject]", message.get(PROPERTIES) or [])
    return {spelling(str(one.get("id") or "")): str(one.get("value") or "") for one in given}


def spelling(identity: str) -> str:
    """Return a property's id as the service spells it: small letters and no leading zeros.

    Raises:
        GraphError: 400 ErrorInvalidExtendedProperty when it is no id.
    """
    numbered, named = _NUMBERED.fullmatch(identity), _NAMED.fullmatch(identity)
    try:
        kind = _TYPES[identity.partition(" ")[0].lower()]
        if numbered is not None:
            return f"{kind} 0x{int(numbered[2], 16):x}"
        if named is not None:
            return f"{kind} {{{UUID(named[2])}}} {named[3].capitalize()} {named[4]}"
    except (KeyError, ValueError):
        raise _invalid() from None
    raise _invalid()


def _invalid() -> Exception:
    text = "The extended property attribute combination is invalid."
    return bad_request(text, "ErrorInvalidExtendedProperty")


def properties_of(item: Item, letter: Letter) -> dict[str, str]:
    """Return a message's properties by id: those of its own making, and those that were set.

    What its writer set is only in the writer's mailbox.
    """
    note = letter.meeting
    kind = "IPM.Note" if note is None else _CLASSES[note.kind]
    found = {
        MESSAGE_CLASS: kind if letter.report is None else REPORT,
        "String 0x37": letter.subject,
        "String 0x1035": letter.internet_message_id,
    }
    for name, value in letter.headers:
        identity = _OF_HEADERS.get(name.lower())
        if identity is not None:
            found[identity] = value
    return found | letter.extended if item.is_own else found


def for_conditions(properties: dict[str, str]) -> list[JsonObject]:
    """Return properties as conditions see them: a number with and without its leading zeros."""
    found: list[JsonObject] = []
    for identity, value in properties.items():
        found.append({"id": identity, "value": value})
        numbered = _NUMBERED.fullmatch(identity)
        if numbered is not None and len(numbered[2]) < 4:  # noqa: PLR2004 -- digits of a property's number
            found.append({"id": f"{numbered[1]} 0x{numbered[2]:0>4}", "value": value})
    return found


def expanded(query: Query, properties: dict[str, str]) -> list[JsonObject] | None:
    """Return the properties a query's $expand asks for; None where it asks for none.

    Raises:
        GraphError: 400 for any other member than extended properties and attachments.
    """
    found: dict[str, str] | None = None
    for expansion in query.expand:
        if expansion.name.lower() == "attachments":
            continue
        if expansion.name.lower() != PROPERTIES.lower():
            text = f"Could not find a property named '{expansion.name[:60]}' on type 'message'."
            raise bad_request(text)
        asked = {
            identity: value
            for identity, value in properties.items()
            if expansion.condition is None
            or any(expansion.condition.holds(one) for one in for_conditions({identity: value}))
        }
        found = asked if found is None else found | asked
    if found is None:
        return None
    return [{"id": identity, "value": value} for identity, value in found.items()]
