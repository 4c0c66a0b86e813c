"""The variables that every notification about a session has, written for its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.lists import format_list

from classbell.domain.notifications.moments import end_time, locale_for, long_time, zone_name
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.words import word
from classbell.domain.scheduling.options import calendar_options, withholds_room
from classbell.ports.words import marked as _
from classbell.storage.models import CalendarOptions, CourseSession, Entry, Notification, Room
from classbell.storage.queries.scheduling import instructors_of, room_called

SHARED_VARIABLES: dict[str, str] = {
    "COURSE TITLE": _("title of the course"),
    "SESSION TITLE": _("title of the session"),
    "SESSION DESCRIPTION": _("what the session is about: its own description, else the course's"),
    "SESSION START": _("date and time at which the session starts, in its own time zone"),
    "SESSION END": _("time at which the session ends"),
    "SESSION TIME ZONE": _("time zone of the session's times"),
    "SESSION PLACE": _("room or place, or that it is online"),
    "SESSION LINK": _("where to join online; empty where the link is not known, or there is none"),
    "INSTRUCTORS": _("names of those who teach the session; empty where nobody does yet"),
    "CATALOG TITLE": _("title of the course catalog"),
}
"""What can be said of a session to everybody alike."""

VARIABLES: Mapping[str, str] = {
    "PERSON NAME": _("name of the person the message goes to"),
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
    names = [person.name or person.address for person in instructors_of(session)]
    return {
        "COURSE TITLE": session.course.title,
        "SESSION TITLE": session.title,
        "SESSION DESCRIPTION": session.description or session.course.description,
        "SESSION START": long_time(session.starts_at, zone, locale),
        "SESSION END": end_time(session.starts_at, session.ends_at, zone, locale),
        "SESSION TIME ZONE": zone_name(session.starts_at, zone, locale),
        "SESSION PLACE": place_of(session, reader.language),
        "SESSION LINK": link_of(session),
        "INSTRUCTORS": format_list(names, locale=locale) if names else "",
        "CATALOG TITLE": session.course.catalog.title,
    }


def session_expiry(context: Mapping[str, str], _now: datetime) -> datetime:
    """Return the session's end: somebody may join late, but not afterwards."""
    return CourseSession.objects.only("ends_at").get(pk=context["session"]).ends_at


def session_start(context: Mapping[str, str], _now: datetime) -> datetime:
    """Return the session's start, for what is pointless once it has begun."""
    return CourseSession.objects.only("starts_at").get(pk=context["session"]).starts_at


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What beside its own row decides what people read of a session.

    Attributes:
        entry: what stands for it in the account's calendar, with the account; None if nothing does.
        options: what its catalog has chosen about calendars.
        room: its room, where the organisation's list knows it.
    """

    entry: Entry | None
    options: CalendarOptions
    room: Room | None


def surroundings_of(session: CourseSession) -> Surroundings:
    """Read what is around a session, with its course and catalog."""
    room = None
    if session.room_address:
        room = room_called(session.course.catalog.organisation_id, session.room_address)
    return Surroundings(
        Entry.objects.filter(session=session).select_related("account").first(),
        calendar_options(session.course.catalog_id),
        room,
    )


def place_of(session: CourseSession, language: str, around: Surroundings | None = None) -> str:
    """Return the place as people read it: room name, free text, or that it is online.

    Args:
        session: with course and catalog.
        language: the reader's tag.
        around: what is around it; read where it is None.
    """
    place = session.place
    if session.room_address:
        place = told_place(session, around or surroundings_of(session))
    return place_in_words(
        place, language, teams=session.teams_meeting, online=bool(session.meeting_url)
    )


def told_place(session: CourseSession, around: Surroundings) -> str:
    """Return the room, once people are told of it, or else the place in words; may be empty."""
    if session.room_address and not withholds_room(session, around.options, around.entry):
        return around.room.name if around.room else session.room_address
    return session.place


def room_name(session: CourseSession, address: str) -> str:
    """Return what a room is called; its address where the organisation's list does not know it."""
    room = room_called(session.course.catalog.organisation_id, address)
    return room.name if room else address


def place_in_words(place: str, language: str, *, teams: bool, online: bool) -> str:
    """Return a place with Microsoft Teams beside it, or that it is online or not known yet.

    Args:
        place: a room's name or free text; may be empty.
        language: the reader's tag.
        teams: whether there is a Teams meeting.
        online: whether there is a link to another meeting.
    """
    if teams:
        return word("place_and_teams", language, PLACE=place) if place else "Microsoft Teams"
    return place or word("place_online" if online else "place_open", language)


def link_of(session: CourseSession, around: Surroundings | None = None) -> str:
    """Return where to join online: the Teams link, or the link that somebody pasted.

    Args:
        session: which one.
        around: what is around it; read where it is None and needed.
    """
    if session.meeting_url:
        return session.meeting_url
    if not session.teams_meeting:
        return ""
    entry = around.entry if around else Entry.objects.filter(session=session).first()
    return entry.join_url if entry is not None else ""
