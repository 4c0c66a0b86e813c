"""The iCalendar file of a mailed invitation, its changes and its end (RFC 5545, RFC 5546).

All files of a session carry one UID as long as the session lives, whatever becomes of accounts and
events, and a SEQUENCE that rises with each change, so that a calendar replaces what it has.

No value can break the file, whatever an import or Microsoft wrote into a row: a control character
has no place in a text, and stands in an address by its code.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress, vText

from classbell.domain.notifications.session_facts import link_of, place_of, session_of
from classbell.ports.mail import Attachment
from classbell.storage.models import CourseSession, Entry, Message, Notification

Method = Literal["REQUEST", "CANCEL"]

FILE = "session.ics"

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""What a text may not hold; a line feed may, for it is written as two letters.
https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11"""

_NOT_OF_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")
"""What an address may not hold; letters beyond ASCII stay, as calendars expect them."""


def invitation_file(notification: Notification, message: Message | None) -> tuple[Attachment, ...]:
    """Make the file that puts the session into the reader's calendar, or changes it there."""
    return (_file("REQUEST", notification, message),)


def cancellation_file(
    notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that takes the session out of the reader's calendar."""
    return (_file("CANCEL", notification, message),)


def invitation_if_mailed(
    notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that adds the session, where a mail stands in for the calendar entry."""
    return invitation_file(notification, message) if "sequence" in notification.context else ()


def cancellation_if_mailed(
    notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that takes the session out, where a mail stands in for the calendar entry."""
    return cancellation_file(notification, message) if "sequence" in notification.context else ()


def _file(method: Method, notification: Notification, message: Message | None) -> Attachment:
    """Make the file of one method.

    No answer is asked for: it would go to a mailbox that nobody reads.
    """
    session = session_of(notification)
    event = session_event(
        session,
        uid=own_uid(session),
        sequence=int(notification.context.get("sequence", "0")),
        stamped=notification.created_at,
        language=_language(session, message),
    )
    event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
    if message is not None:
        attendee = _person(message.address, message.name or message.address)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
    content = calendar_of(event, method)
    return Attachment(FILE, f"text/calendar; charset=utf-8; method={method}", content)


def own_uid(session: CourseSession) -> str:
    """Return the UID of every file of ours about a session."""
    return f"{session.id}@classbell"


def session_event(
    session: CourseSession, *, uid: str, sequence: int, stamped: datetime, language: str
) -> Event:
    """Return a session as a calendar shows it, without status and without those who attend.

    Args:
        session: with course and catalog.
        uid: what a calendar knows the session by.
        sequence: rises with each change.
        stamped: aware UTC, when the file was made.
        language: tag of the reader's language, for the place.
    """
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", stamped)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", _text(f"{session.course.title}: {session.title}"))
    event.add("location", _text(place_of(session, language)))
    if link := _uri(link_of(session)):
        event.add("description", link)
        event.add("url", link)
    if organiser := _organiser(session):
        event["organizer"] = organiser
    return event


def calendar_of(event: Event, method: str) -> bytes:
    """Return the file of one event and one method."""
    calendar = Calendar()
    calendar.add("prodid", "-//Classbell//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _language(session: CourseSession, message: Message | None) -> str:
    """Return the reader's language; the catalog's where the file is the same for many."""
    return (message.language if message is not None else "") or session.course.catalog.language


def _organiser(session: CourseSession) -> vCalAddress | None:
    """Return whose session it is: the account behind its entry, named as the catalog."""
    entry = Entry.objects.filter(session=session).select_related("account").first()
    if entry is None or not entry.account.address:
        return None
    return _person(entry.account.address, session.course.catalog.title)


def _person(address: str, name: str) -> vCalAddress:
    """Return an address with a name."""
    person = vCalAddress(_uri(f"mailto:{address}"))
    person.params["CN"] = vText(_text(name).replace("\n", " "))
    return person


def _text(text: str) -> str:
    """Return a text as a calendar takes it: the line breaks of any system are line feeds."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _uri(address: str) -> str:
    """Return an address in which what would end its line stands by its code."""
    return _NOT_OF_AN_ADDRESS.sub(lambda found: quote(found[0]), address.strip())
