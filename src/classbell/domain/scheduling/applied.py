"""What was last written to Microsoft's calendar and how it read back, kept with the entry.

Exchange may rewrite what it is given: an alias becomes the main address, a title loses a blank.
Comparing the calendar with our own wish would find such differences for ever and mail everybody
each time. So a field is written when our wish has changed, or when the calendar no longer holds
what it held right after we last wrote, which means that somebody edited it there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from classbell.ports.calendar import (
    Answer,
    Attendee,
    AttendeeKind,
    DesiredEntry,
    EntrySnapshot,
)
from classbell.ports.mail import Address

FIELDS = ("subject", "place", "times", "attendees")


@dataclass(frozen=True, slots=True)
class Applied:
    """The memory of one write; both parts are empty before the first.

    Attributes:
        wish: our fields as last written.
        seen: the calendar's fields as read back right after.
        repairs: what ``repairs.Repairs`` remembers.
    """

    wish: Mapping[str, object]
    seen: Mapping[str, object]
    repairs: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: Mapping[str, object]) -> Applied:
        """Read what ``Entry.applied`` holds."""
        parts = (stored.get(name) for name in ("wish", "seen", "repairs"))
        return cls(*(part if isinstance(part, dict) else {} for part in parts))

    def stored(self) -> dict[str, object]:
        """Return what ``Entry.applied`` holds."""
        held: dict[str, object] = {"wish": dict(self.wish), "seen": dict(self.seen)}
        return held | ({"repairs": dict(self.repairs)} if self.repairs else {})

    @property
    def asked_online(self) -> bool:
        """Whether a Teams meeting was asked for."""
        return self.wish.get("online") is True

    @property
    def was_online(self) -> bool:
        """Whether there was one right after."""
        return self.seen.get("online") is True

    @property
    def told_room(self) -> str:
        """Address of the room that people have been told of; empty where they were told of none."""
        return str(self.wish.get("room", ""))

    @property
    def ends_at(self) -> str:
        """The end as last written, ISO in UTC; empty before the first write."""
        times = self.wish.get("times")
        return str(times[1]) if isinstance(times, list) else ""


def written(
    entry: DesiredEntry, snapshot: EntrySnapshot, repairs: Mapping[str, object] | None = None
) -> Applied:
    """Return the memory of having written an entry that reads back as ``snapshot``."""
    return Applied(wish_of(entry), _seen(snapshot), repairs or {})


def to_send(
    wanted: DesiredEntry,
    current: EntrySnapshot,
    applied: Applied,
    *,
    online: bool,
    untouched: Collection[str] = (),
) -> DesiredEntry:
    """Return the entry to hand to ``Calendar.update``, which sends what differs from ``current``.

    Fields that need no writing are made equal to the calendar's. The body is left to ``update``,
    which compares what it reads like and keeps what Teams added.

    Args:
        wanted: our wish.
        current: the event as it is.
        applied: the memory of the last write.
        online: whether to ask for a Teams meeting if there is none.
        untouched: fields that stay as they are in the calendar.
    """
    wish, seen = wish_of(wanted), _seen(current)
    same = set(untouched) | {
        name
        for name in FIELDS
        if wish[name] == applied.wish.get(name) and seen[name] == applied.seen.get(name)
    }
    chosen = replace(wanted, online=online)
    if "subject" in same:
        chosen = replace(chosen, subject=current.subject)
    if "place" in same:
        chosen = replace(chosen, place=current.place)
    if "text" in same:
        chosen = replace(chosen, html=current.html)
    if "times" in same:
        chosen = replace(chosen, starts_at=current.starts_at, ends_at=current.ends_at)
    if "attendees" in same:
        chosen = replace(chosen, attendees=_present(current))
    return chosen


def wish_of(entry: DesiredEntry) -> dict[str, object]:
    """Return our fields as JSON."""
    return {
        "subject": entry.subject,
        "place": entry.place,
        "times": [entry.starts_at.isoformat(), entry.ends_at.isoformat()],
        "attendees": _digest((a.address.address, a.kind) for a in entry.attendees),
        "text": hashlib.sha256(entry.html.encode()).hexdigest(),
        "online": entry.online,
        "room": entry.room if entry.names_room else "",
    }


def _seen(snapshot: EntrySnapshot) -> dict[str, object]:
    """Return the calendar's fields as JSON."""
    return {
        "subject": snapshot.subject,
        "place": snapshot.place,
        "times": [snapshot.starts_at.isoformat(), snapshot.ends_at.isoformat()],
        "attendees": _digest((a.address.address, a.kind) for a in _present(snapshot)),
        "online": snapshot.online,
    }


def _digest(attendees: Iterable[tuple[str, AttendeeKind]]) -> str:
    """Return a short text that differs where the attendees do, whatever their order."""
    listed = sorted(f"{kind.value} {address.casefold()}" for address, kind in attendees)
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _present(current: EntrySnapshot) -> tuple[Attendee, ...]:
    """Return the attendees that are on the event."""
    return tuple(
        Attendee(Address(a.address), AttendeeKind(a.kind))
        for a in current.answers
        if a.answer is not Answer.ORGANIZER
    )
