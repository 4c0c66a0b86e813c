"""A session in an iCalendar file, mailed or subscribed to (RFC 5545); its moments are in UTC."""

from __future__ import annotations

from datetime import datetime

from icalendar import Calendar, Event

from classbell.domain.notifications.session_facts import place_of
from classbell.storage.models import CourseSession


def new_calendar() -> Calendar:
    """Return a calendar without anything in it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Classbell//Sessions//EN")
    calendar.add("version", "2.0")
    return calendar


def session_event(
    session: CourseSession, *, language: str, stamp: datetime, is_cancelled: bool, link: str
) -> Event:
    """Return what a calendar shows of a session; nothing of who takes part.

    Args:
        session: with its course and catalog.
        language: the reader's tag.
        stamp: when this was written, for calendars that have several writings of it.
        is_cancelled: whether it does not take place.
        link: where to join; empty for nothing.
    """
    event = Event()
    event.add("uid", f"{session.id}@classbell")
    event.add("dtstamp", stamp)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", f"{session.course.title}: {session.title}")
    event.add("location", place_of(session, language))
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    if link:
        event.add("description", link)
        event.add("url", link)
    return event
