"""Answers of Graph that the description at hand lacks, described by hand after Microsoft's pages.

Nothing here was held against the live service: such features are marked "assumed" on the parity
page where a detail is not documented.
"""

import re
from typing import Any

from tests.contract.graph_mail import MAIL

_NOTHING: dict[str, Any] = {"type": "null"}
_TEXT = {"type": "string"}
_CONTEXT = {"@odata.context": _TEXT}
_EVENTS = {
    "type": "object",
    "properties": {
        **_CONTEXT,
        "value": {"type": "array", "items": {"$ref": "urn:graph#/components/schemas/graph.event"}},
        "@odata.nextLink": _TEXT,
        "@odata.count": {"type": "integer"},
    },
    "required": ["@odata.context", "value"],
    "additionalProperties": False,
}
_REMOVED = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "@removed": {
            "type": "object",
            "properties": {"reason": {"enum": ["deleted", "changed"]}},
            "required": ["reason"],
            "additionalProperties": False,
        },
    },
    "required": ["id", "@removed"],
    "additionalProperties": False,
}
_CHANGES = {
    "type": "object",
    "properties": {
        **_CONTEXT,
        "value": {
            "type": "array",
            "items": {"anyOf": [_REMOVED, {"$ref": "urn:graph#/components/schemas/graph.event"}]},
        },
        "@odata.nextLink": _TEXT,
        "@odata.deltaLink": _TEXT,
    },
    "required": ["@odata.context", "value"],
    "oneOf": [{"required": ["@odata.nextLink"]}, {"required": ["@odata.deltaLink"]}],
    "additionalProperties": False,
}
_SETTING = {
    "type": "object",
    "properties": {**_CONTEXT},
    "required": ["@odata.context"],
}
_PLACE = {
    "type": "object",
    "properties": {**_CONTEXT, "@odata.type": _TEXT, "id": _TEXT, "displayName": _TEXT},
    "required": ["@odata.context", "id", "displayName"],
}
_MEETING = {"$ref": "urn:graph#/components/schemas/graph.onlineMeeting"}

_PERSON = r"/(me|users/[^/]+)"
_EVENT = rf"{_PERSON}(/calendars?(/[^/]+)?)?/events/[^/]+"

UNDESCRIBED: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    # https://learn.microsoft.com/graph/api/event-accept (and its two sisters): 202 without a body.
    ("POST", rf"{_EVENT}/(accept|decline|tentativelyAccept)", 202, _NOTHING),
    # https://learn.microsoft.com/graph/api/onlinemeeting-createorget: 201 for a new one, else 200.
    ("POST", rf"{_PERSON}/onlineMeetings/createOrGet", 201, _MEETING),
    ("POST", rf"{_PERSON}/onlineMeetings/createOrGet", 200, _MEETING),
    # https://learn.microsoft.com/graph/api/event-forward: 202 without a body.
    ("POST", rf"{_EVENT}/forward", 202, _NOTHING),
    # https://learn.microsoft.com/graph/api/event-cancel: 202 without a body.
    ("POST", rf"{_EVENT}/cancel", 202, _NOTHING),
    # https://learn.microsoft.com/graph/api/user-list-calendarview, of one calendar.
    ("GET", rf"{_PERSON}/calendars?(/[^/]+)?/calendarView", 200, _EVENTS),
    # https://learn.microsoft.com/graph/api/event-delta: pages of what changed, and of what is gone.
    ("GET", rf"{_PERSON}(/calendars?(/[^/]+)?)?/(calendarView|events)/delta", 200, _CHANGES),
    # https://learn.microsoft.com/graph/api/event-list-instances.
    ("GET", rf"{_EVENT}/instances", 200, _EVENTS),
    # https://learn.microsoft.com/graph/api/user-get-mailboxsettings, of one setting.
    ("GET", rf"{_PERSON}/mailboxSettings/[^/]+", 200, _SETTING),
    # https://learn.microsoft.com/graph/api/place-get: one place, with and without its type.
    ("GET", r"/places/[^/]+/(microsoft\.)?graph\.room(list)?", 200, _PLACE),
    # https://learn.microsoft.com/graph/api/subscription-reauthorize: 204 without a body.
    ("POST", r"/subscriptions/[^/]+/reauthorize", 204, _NOTHING),
    *MAIL,
)


def described_by_hand(method: str, path: str, status: int) -> dict[str, Any] | None:
    """Return the schema of an answer the description lacks, or None when nobody describes it."""
    return _described(UNDESCRIBED, method, path, status)


def described_alone(method: str, path: str, status: int) -> dict[str, Any] | None:
    """Return the schema of an answer for which no description of Microsoft's is needed, or None."""
    return _described(MAIL, method, path, status)


def _described(
    rows: tuple[tuple[str, str, int, dict[str, Any]], ...], method: str, path: str, status: int
) -> dict[str, Any] | None:
    below = path.rstrip("/")
    for wanted, pattern, answered, schema in rows:
        if (wanted, answered) == (method, status) and re.fullmatch(pattern, below, re.IGNORECASE):
            return schema
    return None
