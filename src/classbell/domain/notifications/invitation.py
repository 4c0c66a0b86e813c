"""The iCalendar file of a mailed invitation (RFC 5545)."""

from __future__ import annotations

from icalendar import Calendar, Event, vCalAddress

from classbell.domain.notifications.session_facts import place_of, session_of
from classbell.ports.mail import Attachment
from classbell.storage.models import Message, Notification


def invitation_file(notification: Notification, message: Message | None) -> tuple[Attachment, ...]:
    """Make the file that puts the session into the reader's calendar.

    It is published, not requested: an answer would go to a mailbox that nobody reads.
    """
    session = session_of(notification)
    event = Event()
    event.add("uid", f"{session.id}@classbell")
    event.add("dtstamp", notification.created_at)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", f"{session.course.title}: {session.title}")
    event.add("location", place_of(session))
    if message is not None:
        attendee = vCalAddress(f"mailto:{message.address}")
        attendee.params["CN"] = message.name or message.address
        event.add("attendee", attendee)
    calendar = Calendar()
    calendar.add("prodid", "-//Classbell//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return (Attachment("session.ics", "text/calendar", calendar.to_ical()),)
