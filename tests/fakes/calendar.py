"""A calendar in memory that behaves as Graph's does where Classbell can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from classbell.ports.calendar import (
    Answer,
    AttendeeAnswer,
    AttendeeKind,
    CalendarFacts,
    DesiredEntry,
    EntrySnapshot,
)
from classbell.ports.errors import VerdictKind
from classbell.ports.mail import Mailbox
from tests.fakes.script import Scripted, refuse

OWN = "/me"


@dataclass
class _Kept:
    """An event with what Graph does not show."""

    entry: DesiredEntry
    snapshot: EntrySnapshot
    path: str = OWN


@dataclass
class _Cancelled:
    """An event that was cancelled, and with which words."""

    event_id: str
    comment: str
    attendees: tuple[str, ...] = field(default_factory=tuple)


class FakeCalendar(Scripted):
    """Implements ``ports.calendar.Calendar``.

    Set ``teams`` to False for an account without Teams licence; call ``answer`` for a room or a
    person that answers, ``edit`` for a change made in Outlook, ``delete`` for one deleted there.
    ``editors_of`` names the calendars of others that the account may write.
    ``interfere`` happens once, just before the next update: somebody in Outlook is faster.
    """

    def __init__(self) -> None:
        super().__init__()
        self.teams = True
        self.can_edit = True
        self.cancelled: list[_Cancelled] = []
        self.editors_of: set[str] = set()
        self._kept: dict[str, _Kept] = {}
        self.interfere: Callable[[], None] | None = None
        self._numbers = count(1)

    @property
    def events(self) -> list[EntrySnapshot]:
        """The events in the account's own calendar, oldest first."""
        return self.events_in(OWN)

    def events_in(self, path: str) -> list[EntrySnapshot]:
        """Return the events in the calendar of a mailbox, oldest first."""
        return [kept.snapshot for kept in self._kept.values() if kept.path == path]

    def entry_of(self, event_id: str) -> DesiredEntry:
        """Return what an event was last asked to be."""
        return self._kept[event_id].entry

    def answer(
        self, event_id: str, address: str, answer: Answer, at: datetime | None = None
    ) -> None:
        """Let a room or a person answer."""
        kept = self._kept[event_id]
        answers = tuple(
            replace(a, answer=answer, answered_at=at)
            if a.address.casefold() == address.casefold()
            else a
            for a in kept.snapshot.answers
        )
        kept.snapshot = replace(kept.snapshot, answers=answers, etag=self._etag())

    def edit(self, event_id: str, **changed: object) -> None:
        """Change an event behind Classbell's back."""
        kept = self._kept[event_id]
        edited = replace(kept.snapshot, **changed)  # type: ignore[arg-type]  # any field may be
        kept.snapshot = replace(edited, etag=self._etag())

    def delete(self, event_id: str) -> None:
        """Delete an event behind Classbell's back."""
        del self._kept[event_id]

    def shared(self, mailbox: Mailbox, address: str) -> Mailbox:
        return replace(mailbox, path=f"/users/{address}", is_shared=True)

    def facts(self, mailbox: Mailbox) -> CalendarFacts:
        with self._turn("facts", mailbox=mailbox):
            self._let_in(mailbox)
            return CalendarFacts(can_edit=self.can_edit, teams_meetings=self.teams)

    def create(self, mailbox: Mailbox, entry: DesiredEntry) -> EntrySnapshot:
        with self._turn("create", mailbox=mailbox, entry=entry):
            self._let_in(mailbox)
            for kept in self._kept.values():
                if kept.entry.transaction_id == entry.transaction_id:
                    return kept.snapshot
            snapshot = self._snapshot(f"event-{next(self._numbers)}", entry, None)
            self._kept[snapshot.event_id] = _Kept(entry, snapshot, mailbox.path)
            return snapshot

    def get(self, mailbox: Mailbox, event_id: str) -> EntrySnapshot:
        with self._turn("get", mailbox=mailbox, event_id=event_id):
            self._let_in(mailbox)
            return self._existing(event_id).snapshot

    def find(self, mailbox: Mailbox, session_ref: str) -> EntrySnapshot | None:
        with self._turn("find", mailbox=mailbox, session_ref=session_ref):
            self._let_in(mailbox)
            found = (
                kept.snapshot
                for kept in self._kept.values()
                if kept.entry.session_ref == session_ref and kept.path == mailbox.path
            )
            return next(found, None)

    def differences(self, current: EntrySnapshot, entry: DesiredEntry) -> tuple[str, ...]:
        return tuple(_differences(current, entry))

    def update(
        self, mailbox: Mailbox, current: EntrySnapshot, entry: DesiredEntry
    ) -> EntrySnapshot:
        with self._turn("update", mailbox=mailbox, current=current, entry=entry):
            if not self.differences(current, entry):
                return current
            self._let_in(mailbox)
            meanwhile, self.interfere = self.interfere, None
            if meanwhile is not None:
                meanwhile()
            kept = self._existing(current.event_id)
            if kept.snapshot.etag != current.etag:
                raise refuse(VerdictKind.CONFLICT, "ErrorIrresolvableConflict", 412)
            kept.snapshot = self._snapshot(current.event_id, entry, kept.snapshot)
            kept.entry = entry
            return kept.snapshot

    def cancel(self, mailbox: Mailbox, event_id: str, comment: str) -> None:
        with self._turn("cancel", mailbox=mailbox, event_id=event_id, comment=comment):
            self._let_in(mailbox)
            kept = self._kept.pop(event_id, None)
            if kept is not None:
                invited = tuple(a.address for a in kept.snapshot.answers)
                self.cancelled.append(_Cancelled(event_id, comment, invited))

    def _let_in(self, mailbox: Mailbox) -> None:
        """Refuse a calendar that nobody has shared with the account."""
        if mailbox.is_shared and mailbox.path.removeprefix("/users/") not in self.editors_of:
            raise refuse(VerdictKind.NOT_FOUND, "ErrorItemNotFound", 404)

    def _existing(self, event_id: str) -> _Kept:
        try:
            return self._kept[event_id]
        except KeyError:
            raise refuse(VerdictKind.NOT_FOUND, "ErrorItemNotFound", 404) from None

    def _etag(self) -> str:
        return f'W/"{next(self._numbers)}"'

    def _snapshot(
        self, event_id: str, entry: DesiredEntry, before: EntrySnapshot | None
    ) -> EntrySnapshot:
        """Return the event of an entry; answers stay unless the time moved, Teams stays on."""
        online = (entry.online and self.teams) or (before is not None and before.online)
        moved = before is None or before.starts_at != entry.starts_at
        given = {} if before is None or moved else {a.address: a for a in before.answers}
        answers = tuple(
            given.get(a.address.address) or AttendeeAnswer(a.address.address, a.kind, Answer.NONE)
            for a in entry.attendees
        )
        return EntrySnapshot(
            event_id=event_id,
            etag=self._etag(),
            ical_uid=f"{event_id}@calendar.example",
            subject=entry.subject,
            html=entry.html,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            place=entry.place,
            answers=answers,
            online=online,
            asks_for_answers=entry.ask_for_answers
            if before is None or _told(before, entry)
            else before.asks_for_answers,
            join_url=f"https://teams.microsoft.com/l/meetup-join/{event_id}" if online else "",
        )


def _told(before: EntrySnapshot, entry: DesiredEntry) -> bool:
    """Whether everybody is told of the change, and not only who comes or goes."""
    return (
        before.subject,
        before.html,
        before.place,
        before.starts_at,
        before.ends_at,
        before.online,
    ) != (
        entry.subject,
        entry.html,
        entry.place,
        entry.starts_at,
        entry.ends_at,
        entry.online or before.online,
    )


def _differences(current: EntrySnapshot, entry: DesiredEntry) -> Iterator[str]:
    if current.subject != entry.subject:
        yield "subject"
    if (current.starts_at, current.ends_at) != (entry.starts_at, entry.ends_at):
        yield "times"
    if current.place != entry.place:
        yield "place"
    if current.html != entry.html:
        yield "text"
    invited: set[tuple[str, AttendeeKind]] = {
        (a.address.address.casefold(), a.kind) for a in entry.attendees
    }
    if invited != {(a.address.casefold(), a.kind) for a in current.answers}:
        yield "attendees"
    if entry.online and not current.online:
        yield "online"
