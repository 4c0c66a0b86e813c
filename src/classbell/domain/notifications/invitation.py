"""The iCalendar file of a mailed invitation, its changes and its end (RFC 5545, RFC 5546).

All files of a session carry one UID as long as the session lives, whatever becomes of accounts and
events, and a SEQUENCE that rises with each change, so that a calendar replaces what it has.
"""

from __future__ import annotations

from typing import Literal

from icalendar import vCalAddress, vText

from classbell.domain.notifications.calendar_file import new_calendar, session_event
from classbell.domain.notifications.session_facts import link_of, session_of
from classbell.ports.mail import Attachment
from classbell.storage.models import CourseSession, Entry, Message, Notification

Method = Literal["REQUEST", "CANCEL"]

FILE = "session.ics"


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
        language=_language(session, message),
        stamp=notification.created_at,
        is_cancelled=method == "CANCEL",
        link=link_of(session),
    )
    event.add("sequence", int(notification.context.get("sequence", "0")))
    if organiser := _organiser(session):
        event["organizer"] = organiser
    if message is not None:
        attendee = _person(message.address, message.name or message.address)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
    calendar = new_calendar()
    calendar.add("method", method)
    calendar.add_component(event)
    return Attachment(FILE, f"text/calendar; charset=utf-8; method={method}", calendar.to_ical())


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
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(name)
    return person
