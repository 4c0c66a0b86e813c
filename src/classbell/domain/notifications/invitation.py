"""The iCalendar file of a mailed invitation, its changes and its end (RFC 5545, RFC 5546).

All files of a session carry one UID as long as the session lives, whatever becomes of accounts and
events, and the session's revision as SEQUENCE, so that a calendar replaces what it has.

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
from classbell.domain.notifications.session_revision import Shown, shown
from classbell.ports.bundle import Ports
from classbell.ports.mail import Attachment
from classbell.storage.models import CourseSession, Message, Notification

Method = Literal["REQUEST", "CANCEL"]

TAKEN_OUT = "taken_out"
"""In a notification's context: its ``sequence`` is for the file that ends the session for some."""

FILE = "session.ics"

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""What a text may not hold; a line feed may, for it is written as two letters.
https://www.rfc-editor.org/rfc/rfc5545#section-3.3.11"""

_NOT_OF_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")
"""What an address may not hold; letters beyond ASCII stay, as calendars expect them."""


def invitation_file(
    ports: Ports, notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that puts the session into the reader's calendar, or changes it there."""
    return (_file(ports, "REQUEST", notification, message),)


def cancellation_file(
    ports: Ports, notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that takes the session out of the reader's calendar."""
    return (_file(ports, "CANCEL", notification, message),)


def invitation_if_mailed(
    ports: Ports, notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that adds the session, where a mail stands in for the calendar entry."""
    mailed = "sequence" in notification.context
    return invitation_file(ports, notification, message) if mailed else ()


def cancellation_if_mailed(
    ports: Ports, notification: Notification, message: Message | None
) -> tuple[Attachment, ...]:
    """Make the file that takes the session out, where a mail stands in for the calendar entry."""
    mailed = "sequence" in notification.context
    return cancellation_file(ports, notification, message) if mailed else ()


def _file(
    ports: Ports, method: Method, notification: Notification, message: Message | None
) -> Attachment:
    """Make the file of one method.

    It shows the session as it is now, however long its mail was held, so it carries the revision of
    now; only whoever left is told so under the number that was kept for it. No answer is asked for:
    it would go to a mailbox that nobody reads.
    """
    seen = shown(ports, session_of(notification))
    told_at = notification.created_at
    number = int(notification.context.get("sequence", "0"))
    if TAKEN_OUT not in notification.context:
        number = max(number, seen.sequence)
    # For its reader it is the end that changed last, though the session itself takes place.
    ended = method == "CANCEL" and seen.session.cancelled_at is None
    changed_at = told_at if ended else seen.changed_at
    event = session_event(
        seen,
        uid=own_uid(seen.session),
        sequence=number,
        stamped=max(told_at, changed_at),
        language=_language(seen.session, message),
    )
    event.add("last-modified", changed_at)
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
    seen: Shown, *, uid: str, sequence: int, stamped: datetime, language: str
) -> Event:
    """Return a session as a calendar shows it, without status and without those who attend.

    Args:
        seen: what is shown of it.
        uid: what a calendar knows the session by.
        sequence: its revision, for a calendar that knows it by ``own_uid``.
        stamped: aware UTC, when the file was made; in a file without METHOD, when the session
            changed last (https://www.rfc-editor.org/rfc/rfc5545#section-3.8.7.2).
        language: tag of the reader's language, for the place.
    """
    session, event = seen.session, Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", stamped)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", _text(f"{session.course.title}: {session.title}"))
    event.add("location", _text(place_of(session, language, seen.around)))
    if link := _uri(link_of(session, seen.around)):
        event.add("description", link)
        event.add("url", link)
    if organiser := _organiser(seen):
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


def _organiser(seen: Shown) -> vCalAddress | None:
    """Return whose session it is: the account behind its entry, named as the catalog."""
    entry = seen.around.entry
    if entry is None or not entry.account.address:
        return None
    return _person(entry.account.address, seen.session.course.catalog.title)


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
