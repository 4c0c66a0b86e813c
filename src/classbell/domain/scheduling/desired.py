"""What the calendar entry of a session should be: a pure function of the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from markupsafe import Markup, escape

from classbell.ports.calendar import Attendee, AttendeeKind, DesiredEntry
from classbell.ports.mail import Address

MOST_ATTENDEES = 500
"""Microsoft: «The maximum number of attendees included in an event is 500»
(https://learn.microsoft.com/graph/api/resources/event)."""

SUBJECT_LENGTH = 255
"""What Outlook shows and Exchange keeps of a subject."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A learner or an instructor, as far as an entry has to know them."""

    person_id: UUID
    address: str
    name: str

    @property
    def key(self) -> str:
        """The address without regard to case."""
        return self.address.casefold()


@dataclass(frozen=True, slots=True)
class SessionPicture:
    """Everything about a session that its entry shows.

    Attributes:
        starts_at, ends_at: aware UTC.
        time_zone: IANA name.
        room_address, room_name: both empty without a room; the name is the address where the
            room is not known.
        place: free text.
        instructors: in the order of their names.
        learners: in the order in which they enrolled.
        organiser: address of the account whose calendar it is.
        join_url: the Teams link, where there is one already; the event shows it by itself.
        meeting_url: a link that somebody pasted, to a meeting of another provider.
        room_withheld: whether people are not told of the room yet, because it has not accepted.
        ask_for_answers: whether Outlook asks people if they come.
        by_mail_only: whether learners are invited by mail and not by the entry.
        on_entry: keys of those who are on the event already; they stay there.
        by_mail: those who were invited by mail already; they go on by mail.
    """

    session_id: UUID
    catalog_title: str
    course_title: str
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    room_address: str
    room_name: str
    place: str
    teams_meeting: bool
    instructors: tuple[Participant, ...]
    learners: tuple[Participant, ...]
    organiser: str = ""
    join_url: str = ""
    meeting_url: str = ""
    room_withheld: bool = False
    ask_for_answers: bool = True
    by_mail_only: bool = False
    on_entry: frozenset[str] = frozenset()
    by_mail: frozenset[UUID] = frozenset()

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """Instructors, then learners, each once; the organiser is on the entry by itself."""
        found: dict[str, Participant] = {}
        for person in (*self.instructors, *self.learners):
            found.setdefault(person.key, person)
        for key in (self.organiser.casefold(), self.room_address.casefold()):
            found.pop(key, None)
        return tuple(found.values())

    @property
    def shown_place(self) -> str:
        """What calendars show as the place: free text, or the room's name once it is told."""
        return self.place or self.told_room

    @property
    def told_room(self) -> str:
        """The room's name, as far as people are told of it."""
        return "" if self.room_withheld else self.room_name


def desired_entry(picture: SessionPicture, generation: int) -> DesiredEntry:
    """Return what the entry should be.

    Args:
        picture: the session.
        generation: which event of the session it is; part of the transaction id, so that a
            repeated create is recognised and a new event is not.
    """
    return DesiredEntry(
        session_ref=str(picture.session_id),
        transaction_id=f"classbell-{picture.session_id}-{generation}",
        subject=_subject(picture),
        html=str(_html(picture)),
        starts_at=picture.starts_at,
        ends_at=picture.ends_at,
        time_zone=picture.time_zone,
        place=picture.shown_place,
        attendees=_attendees(picture),
        online=picture.teams_meeting,
        hide_attendees=True,
        ask_for_answers=picture.ask_for_answers,
        names_room=not picture.room_withheld,
    )


def on_entry(picture: SessionPicture) -> tuple[Participant, ...]:
    """Return those whom the event invites, beside the room.

    Whoever was invited one way stays with it: a setting that changes, or a place that becomes free,
    never invites anybody twice. Where there is not room for all, those on the event stay and the
    others follow in the order in which they enrolled, so that one more learner never costs another
    the place in the calendar.
    """
    teaching = {person.key for person in picture.instructors}
    welcome = [
        person
        for person in picture.everybody
        if person.key in picture.on_entry
        or (
            person.person_id not in picture.by_mail
            and (not picture.by_mail_only or person.key in teaching)
        )
    ]
    first = sorted(welcome, key=lambda person: person.key not in picture.on_entry)
    chosen = {person.key for person in first[: _places(picture)]}
    return tuple(person for person in welcome if person.key in chosen)


def beyond_entry(picture: SessionPicture) -> tuple[Participant, ...]:
    """Return those who are invited by mail."""
    invited = {person.key for person in on_entry(picture)}
    return tuple(person for person in picture.everybody if person.key not in invited)


def is_full(picture: SessionPicture) -> bool:
    """Tell whether the event takes nobody any more."""
    return len(on_entry(picture)) == _places(picture)


def _places(picture: SessionPicture) -> int:
    """Return how many people fit beside the room."""
    return MOST_ATTENDEES - (1 if picture.room_address else 0)


def _attendees(picture: SessionPicture) -> tuple[Attendee, ...]:
    """Return the room and those people who are invited beside it."""
    people = [Attendee(Address(person.address, person.name)) for person in on_entry(picture)]
    if not picture.room_address:
        return tuple(people)
    room = Attendee(Address(picture.room_address, picture.room_name), AttendeeKind.RESOURCE)
    return (*people, room)


def _subject(picture: SessionPicture) -> str:
    """Return course and session title, the session's alone where they are the same."""
    if picture.title.casefold() == picture.course_title.casefold():
        return picture.title[:SUBJECT_LENGTH]
    return f"{picture.course_title}: {picture.title}"[:SUBJECT_LENGTH]


def _html(picture: SessionPicture) -> Markup:
    """Return the body: everything an admin wrote is text, never markup.

    It does not say when: the event does. Said twice, the text would be wrong as soon as somebody
    moves the event, and putting it right would mail everybody again.
    """
    parts = [Markup("<p><strong>{}</strong><br>{}</p>").format(picture.course_title, picture.title)]
    if picture.shown_place:
        parts.append(Markup("<p>Place: {}</p>").format(_where(picture)))
    elif picture.room_withheld:
        parts.append(Markup("<p>The place is told once the room has accepted.</p>"))
    if picture.meeting_url:
        link = Markup('<p>Join online: <a href="{0}">{0}</a></p>')
        parts.append(link.format(picture.meeting_url))
    if picture.instructors:
        names = ", ".join(person.name for person in picture.instructors)
        parts.append(Markup("<p>With {}</p>").format(names))
    parts += [
        Markup("<p>{}</p>").format(_lines(paragraph))
        for paragraph in picture.description.replace("\r\n", "\n").split("\n\n")
        if paragraph.strip()
    ]
    parts.append(Markup("<p>{}</p>").format(picture.catalog_title))
    return Markup("").join(parts)


def _where(picture: SessionPicture) -> str:
    """Return free text and room, where there are both."""
    both = picture.place and picture.told_room and picture.place != picture.told_room
    return f"{picture.place} ({picture.told_room})" if both else picture.shown_place


def _lines(text: str) -> Markup:
    """Return text with its line breaks."""
    return Markup("<br>").join(escape(line.strip()) for line in text.strip().split("\n"))
