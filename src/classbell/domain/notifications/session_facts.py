"""The variables that every notification about a session has, written for its reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_time, get_timezone_name

from classbell.domain.notifications.reader import Reader
from classbell.domain.scheduling.options import calendar_options, withholds_room
from classbell.storage.models import CourseSession, Entry, Notification, Room

SHARED_VARIABLES: dict[str, str] = {
    "COURSE TITLE": "title of the course",
    "SESSION TITLE": "title of the session",
    "SESSION START": "date and time at which the session starts, in its own time zone",
    "SESSION END": "time at which the session ends",
    "SESSION TIME ZONE": "time zone of the session's times",
    "SESSION PLACE": "room or place, or that it is online",
    "SESSION LINK": "where to join online; empty where the link is not known, or there is none",
    "CATALOG TITLE": "title of the course catalog",
}
"""What can be said of a session to everybody alike."""

VARIABLES: Mapping[str, str] = {
    "PERSON NAME": "name of the person the message goes to",
    **SHARED_VARIABLES,
}


def session_of(notification: Notification) -> CourseSession:
    """Return the session a notification is about, with its course and catalog."""
    return CourseSession.objects.select_related("course__catalog").get(
        pk=notification.context["session"]
    )


def session_values(notification: Notification, reader: Reader) -> dict[str, str]:
    """Fill ``VARIABLES`` for the readers of a language, except the name of each."""
    session = session_of(notification)
    locale = locale_for(reader.language)
    zone = ZoneInfo(session.time_zone)
    start = session.starts_at.astimezone(zone)
    return {
        "COURSE TITLE": session.course.title,
        "SESSION TITLE": session.title,
        "SESSION START": long_time(session.starts_at, zone, locale),
        "SESSION END": _end(start, session.ends_at.astimezone(zone), zone, locale),
        "SESSION TIME ZONE": get_timezone_name(start, locale=locale),
        "SESSION PLACE": place_of(session),
        "SESSION LINK": link_of(session),
        "CATALOG TITLE": session.course.catalog.title,
    }


def session_expiry(context: Mapping[str, str], _now: datetime) -> datetime:
    """Return the session's end: somebody may join late, but not afterwards."""
    return CourseSession.objects.only("ends_at").get(pk=context["session"]).ends_at


def place_of(session: CourseSession) -> str:
    """Return the place as people read it: room name, free text, or that it is online."""
    if withheld(session):
        place = session.place
    elif session.room_address:
        room = Room.objects.filter(
            organisation_id=session.course.catalog.organisation_id, address=session.room_address
        ).first()
        place = room.name if room else session.room_address
    else:
        place = session.place
    if session.teams_meeting:
        return f"{place} and Microsoft Teams" if place else "Microsoft Teams"
    return place or "to be announced"


def link_of(session: CourseSession) -> str:
    """Return where to join online: the Teams link, or the link that somebody pasted."""
    if session.meeting_url:
        return session.meeting_url
    entry = Entry.objects.filter(session=session).only("join_url").first()
    return entry.join_url if entry is not None and session.teams_meeting else ""


def withheld(session: CourseSession) -> bool:
    """Tell whether people are not told of the session's room yet."""
    options = calendar_options(session.course.catalog_id)
    return withholds_room(session, options, Entry.objects.filter(session=session).first())


def locale_for(language: str) -> Locale:
    """Return the Babel locale of a language tag; English where it is unknown."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def long_time(moment: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Write a moment with weekday, date and time in a zone."""
    return format_datetime(moment, "EEEE d MMMM yyyy HH:mm", tzinfo=zone, locale=locale)


def _end(start: datetime, end: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Write the end: only the time where it is the same day."""
    if start.date() == end.date():
        return format_time(end, "HH:mm", tzinfo=zone, locale=locale)
    return long_time(end, zone, locale)
