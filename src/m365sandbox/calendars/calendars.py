"""Every calendar of the sandbox: the events, and how they are found."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from m365sandbox.calendars.answers import Answers
from m365sandbox.calendars.invitations import Invitations
from m365sandbox.calendars.journal import Journal
from m365sandbox.calendars.model import Event
from m365sandbox.calendars.organising import Organising
from m365sandbox.calendars.series import occurrence_on, spread
from m365sandbox.persist import Changes, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from m365sandbox.store import Batch
    from m365sandbox.world import World

_EVENTS = Shape(list[Event])
_EVENT = Shape(Event)
Change = Literal["created", "updated", "deleted"]


class Calendars:
    """The events by mailbox; organising, inviting and answering are its three parts."""

    def __init__(self, world: World) -> None:
        """Start empty."""
        self._world = world
        self._events: dict[str, dict[str, Event]] = {}
        # Where an event stands, by what it is looked for with: calendars hold thousands.
        self._by_uid: dict[tuple[str, str], Event] = {}
        self._by_transaction: dict[tuple[str, str | None], Event] = {}
        self._journals: dict[str, Journal] = {}
        self._changes = Changes()
        self.on_change: list[Callable[[Event, Change], None]] = []
        """Called with every event of every mailbox that was made, changed or removed."""
        self.invitations = Invitations(world, self)
        self.organising = Organising(world, self)
        self.answers = Answers(world, self)

    def add(self, event: Event) -> Event:
        """Put an event into its owner's calendar."""
        events = self._events.setdefault(event.owner.lower(), {})
        change: Change = "updated" if event.key in events else "created"
        self._put(event)
        self._note(event)
        self._tell(event, change)
        return event

    def remove(self, event: Event) -> None:
        """Take an event out of its owner's calendar."""
        owner = event.owner.lower()
        was_there = self._events.get(owner, {}).pop(event.key, None) is not None
        self._by_uid.pop((owner, event.uid), None)
        self._by_transaction.pop((owner, event.transaction_id), None)
        self._note(event)
        if was_there:
            self._tell(event, "deleted")

    def touch(self, event: Event, at: datetime) -> None:
        """Note a change: a new change key and time."""
        event.version += 1
        event.modified = at
        self._note(event)
        self._tell(event, "updated")

    def of(self, owner: str) -> list[Event]:
        """Return the events of a mailbox, by their beginning."""
        events = self._events.get(owner.lower(), {}).values()
        return sorted(events, key=lambda event: (event.start, event.created))

    def between(self, owner: str, start: datetime, end: datetime) -> list[Event]:
        """Return what takes time in a mailbox between two moments, series by their occurrences."""
        found = [one for event in self.of(owner) for one in spread(event, start, end)]
        return sorted(found, key=lambda event: (event.start, event.created))

    def find(self, owner: str, key: str) -> Event | None:
        """Return the event or occurrence of a mailbox with this key, or None."""
        series, _, day = key.partition("_")
        event = self._events.get(owner.lower(), {}).get(series)
        return (
            event if event is None or not day else occurrence_on(event, date.fromordinal(int(day)))
        )

    def whole(self, owner: str, key: str) -> Event | None:
        """Return the event with this key, the series when it is an occurrence's, or None."""
        return self._events.get(owner.lower(), {}).get(key.partition("_")[0])

    def by_uid(self, owner: str, uid: str) -> Event | None:
        """Return the event of a mailbox that belongs to a meeting, or None."""
        return self._by_uid.get((owner.lower(), uid))

    def by_transaction(self, owner: str, transaction_id: str) -> Event | None:
        """Return the event of a mailbox that was created with a transaction id, or None."""
        return self._by_transaction.get((owner.lower(), transaction_id))

    def journal(self, owner: str) -> Journal:
        """Return the journal of a mailbox, with the events that were there before it as changes."""
        name = owner.lower()
        if name not in self._journals:
            self._journals[name] = Journal()
            for key in self._events.get(name, {}):
                self._journals[name].note(key)
        return self._journals[name]

    def owners(self) -> list[str]:
        """Return every mailbox that holds an event."""
        return sorted(owner for owner, events in self._events.items() if events)

    def snapshot(self) -> dict[str, object]:
        """Return all events."""
        every = [event for events in self._events.values() for event in events.values()]
        return {"events": _EVENTS.dump(every)}

    def restore(self, saved: Mapping[str, object]) -> None:
        """Replace all events by a snapshot."""
        self._take_up(_EVENTS.load(saved.get("events", [])))
        self._changes.begin_anew(
            f"{owner} {key}" for owner, events in self._events.items() for key in events
        )

    def unsaved(self, most: int) -> Batch:
        """Return what changed since it was last saved, at most so many events."""
        return self._changes.batch({}, most, self._record)

    def resume(self, head: Mapping[str, object], records: Mapping[str, str]) -> None:
        """Replace all events by what was saved."""
        if "events" in head:
            # A file of an earlier version holds all events in one piece.
            self.restore(head)
            return
        self._take_up(_EVENT.read(body) for body in records.values())
        self._changes.all_saved()

    def _record(self, key: str) -> str | None:
        owner, _, name = key.rpartition(" ")
        event = self._events.get(owner, {}).get(name)
        return None if event is None else _EVENT.text(event)

    def _take_up(self, events: Iterable[Event]) -> None:
        self._events, self._journals, self._by_uid, self._by_transaction = {}, {}, {}, {}
        for event in events:
            self._put(event)

    def _put(self, event: Event) -> None:
        owner = event.owner.lower()
        self._events.setdefault(owner, {})[event.key] = event
        self._by_uid[owner, event.uid] = event
        if event.transaction_id is not None:
            self._by_transaction[owner, event.transaction_id] = event

    def _note(self, event: Event) -> None:
        owner = event.owner.lower()
        self._changes.note(f"{owner} {event.key}")
        if owner in self._journals:
            self._journals[owner].note(event.key)
        self._world.changed("calendars")

    def _tell(self, event: Event, change: Change) -> None:
        for tell in self.on_change:
            tell(event, change)
