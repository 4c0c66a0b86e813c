"""The registry of event types: what webhooks can be told of, and what each says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classbell.ports.words import marked as _

PING = "webhook.ping"
"""The type of a test; every endpoint gets it, whatever it chose."""

MOST_PEOPLE = 100
"""An event about more people than that names none of them, for a body stays small."""


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event.

    Attributes:
        name: the stable word that a receiver sees.
        group: what it is about: a word of ``GROUPS``.
        when: when it happens, in words.
        members: what ``data`` may hold beside ``catalog``.
    """

    name: str
    group: str
    when: str
    members: tuple[str, ...] = ()


ACCOUNT, SESSION, ROOM, MEETING, MESSAGE = "account", "session", "room", "meeting", "message"

GROUPS = {
    ACCOUNT: _("Account"),
    SESSION: _("Sessions"),
    ROOM: _("Rooms"),
    MEETING: _("Meetings"),
    MESSAGE: _("Messages"),
}

_OF_SESSION = ("session", "code")
_OF_ROOM = (*_OF_SESSION, "room")
_OF_PEOPLE = ("session", "code", "people", "count")
_OF_MESSAGE = ("message", "kind", "person", "reason_code")

TYPES = (
    EventType("connection.saved", ACCOUNT, _("An account was connected to the catalog")),
    EventType("connection.switched_on", ACCOUNT, _("The connection was switched on")),
    EventType("connection.switched_off", ACCOUNT, _("The connection was switched off")),
    EventType("connection.lost", ACCOUNT, _("The connection was lost"), ("code",)),
    EventType("connection.back", ACCOUNT, _("A lost connection works again"), ("released",)),
    EventType("connection.disconnected", ACCOUNT, _("The account was disconnected")),
    EventType(
        "account.changed", ACCOUNT, _("Another account took the catalog over"), ("sessions",)
    ),
    EventType("mail.rerouted", ACCOUNT, _("Waiting mail took another route"), ("messages",)),
    EventType("session.created", SESSION, _("A session was made"), _OF_SESSION),
    EventType("session.changed", SESSION, _("A session was changed or published"), _OF_SESSION),
    EventType("session.cancelled", SESSION, _("A session was cancelled"), _OF_SESSION),
    EventType("session.enrolled", SESSION, _("People got a place"), _OF_PEOPLE),
    EventType("session.waiting", SESSION, _("People joined the waiting list"), _OF_PEOPLE),
    EventType("session.unenrolled", SESSION, _("People lost or left their place"), _OF_PEOPLE),
    EventType(
        "session.entry_created", SESSION, _("The session stands in the calendar"), _OF_SESSION
    ),
    EventType(
        "session.entry_missing",
        SESSION,
        _("Somebody deleted the session from the calendar"),
        _OF_SESSION,
    ),
    EventType(
        "session.entry_cancelled",
        SESSION,
        _("The session was taken out of the calendar"),
        _OF_SESSION,
    ),
    EventType("room.accepted", ROOM, _("The room accepted"), _OF_ROOM),
    EventType("room.tentative", ROOM, _("The room accepted tentatively"), _OF_ROOM),
    EventType("room.declined", ROOM, _("The room declined"), _OF_ROOM),
    EventType(
        "teams.link_created", MEETING, _("The Teams meeting has a link, or a new one"), _OF_SESSION
    ),
    EventType("teams.link_ended", MEETING, _("The Teams meeting is gone"), _OF_SESSION),
    EventType("message.accepted", MESSAGE, _("Microsoft took a message"), _OF_MESSAGE),
    EventType("message.delivered", MESSAGE, _("A message arrived"), _OF_MESSAGE),
    EventType("message.bounced", MESSAGE, _("A message came back"), _OF_MESSAGE),
    EventType("message.failed", MESSAGE, _("A message could not be sent"), _OF_MESSAGE),
    EventType("message.expired", MESSAGE, _("A message was too late to be sent"), _OF_MESSAGE),
    EventType("message.unknown", MESSAGE, _("Nobody can tell whether a message left"), _OF_MESSAGE),
)

BY_NAME = {one.name: one for one in TYPES}

MANY = frozenset({"message.accepted", "message.delivered"})
"""One for each message: not chosen unless somebody chooses them."""


def data_of(name: str, payload: Mapping[str, object], catalog_slug: str) -> dict[str, object]:
    """Return what a receiver is told of an event: ids, counts and codes; nobody's name or address.

    Args:
        name: a type of the registry.
        payload: what the event's row holds, which may be more.
        catalog_slug: the catalog it belongs to; empty where there is none.
    """
    found = dict(payload)
    people = found.get("people")
    if isinstance(people, list):
        found["count"] = len(people)
        if len(people) > MOST_PEOPLE:
            del found["people"]
    chosen = {member: found[member] for member in BY_NAME[name].members if member in found}
    return {"catalog": catalog_slug, **chosen} if catalog_slug else chosen
