"""Entries in the account's calendar: the event that stands for a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from classbell.ports.mail import Address, Mailbox


class AttendeeKind(StrEnum):
    """The part an attendee plays."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    RESOURCE = "resource"


class Answer(StrEnum):
    """What an attendee or a room has answered."""

    NONE = "none"
    ORGANIZER = "organizer"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody, or a room, invited to an entry."""

    address: Address
    kind: AttendeeKind = AttendeeKind.REQUIRED


@dataclass(frozen=True, slots=True)
class DesiredEntry:
    """What the entry of a session should be: a pure function of the session.

    Attributes:
        session_ref: our id, written into the event so that it can be found again.
        transaction_id: makes a repeated create recognisable; changes only for a new event.
        starts_at, ends_at: aware UTC.
        time_zone: IANA name, shown by calendars.
        online: whether Microsoft shall make a Teams meeting of it.
        ask_for_answers: whether Outlook asks people if they come.
        names_room: whether people may see which room is asked.
    """

    session_ref: str
    transaction_id: str
    subject: str
    html: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    attendees: tuple[Attendee, ...]
    online: bool
    hide_attendees: bool = True
    ask_for_answers: bool = True
    names_room: bool = True

    @property
    def room(self) -> str:
        """Address of the room that is asked; empty without one."""
        rooms = (a.address.address for a in self.attendees if a.kind is AttendeeKind.RESOURCE)
        return next(rooms, "")


@dataclass(frozen=True, slots=True)
class AttendeeAnswer:
    """An attendee as Graph tells it. ``answered_at`` is None where there is no answer yet."""

    address: str
    kind: AttendeeKind
    answer: Answer
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntrySnapshot:
    """An entry as it is in the account's calendar.

    ``join_url`` is empty where there is no online meeting, which also happens when one was asked
    for and the account has no Teams licence. ``html`` is the present body, Teams block included.
    """

    event_id: str
    etag: str
    ical_uid: str
    subject: str
    html: str
    starts_at: datetime
    ends_at: datetime
    place: str
    answers: tuple[AttendeeAnswer, ...]
    online: bool
    join_url: str
    cancelled: bool = False
    asks_for_answers: bool = True


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """What the account's calendar can do: whether Teams links may be made."""

    can_edit: bool
    teams_meetings: bool


class Calendar(Protocol):
    """The account's calendar. Every method raises ``ProviderFailure`` with a verdict."""

    def shared(self, mailbox: Mailbox, address: str) -> Mailbox:
        """Return the mailbox of somebody else, whose calendar the account may write.

        Whether it may only shows when it does. Does not use the network.
        """
        ...

    def facts(self, mailbox: Mailbox) -> CalendarFacts:
        """Read what the default calendar can do."""
        ...

    def create(self, mailbox: Mailbox, entry: DesiredEntry) -> EntrySnapshot:
        """Create the event; a repeated transaction id returns the event that exists already."""
        ...

    def get(self, mailbox: Mailbox, event_id: str) -> EntrySnapshot:
        """Read the event; verdict ``NOT_FOUND`` if it is gone."""
        ...

    def find(self, mailbox: Mailbox, session_ref: str) -> EntrySnapshot | None:
        """Find the event that carries our id, or None."""
        ...

    def differences(self, current: EntrySnapshot, entry: DesiredEntry) -> tuple[str, ...]:
        """Name what ``update`` would send, and send nothing.

        Returns:
            Of ``subject``, ``times``, ``place``, ``text``, ``attendees`` and ``online``.
        """
        ...

    def update(
        self, mailbox: Mailbox, current: EntrySnapshot, entry: DesiredEntry
    ) -> EntrySnapshot:
        """Change what differs, guarded by the etag; verdict ``CONFLICT`` if somebody was faster.

        A change of attendees alone mails only those added or removed (Graph, «Update event»), so
        only fields that differ are sent.
        """
        ...

    def cancel(self, mailbox: Mailbox, event_id: str, comment: str) -> None:
        """Cancel the event for everybody; an event already gone counts as cancelled."""
        ...
