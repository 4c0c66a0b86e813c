"""What a subscribed calendar holds, and when that changed last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from icalendar import Calendar, Event

from classbell.domain.notifications.invitation import own_uid, session_event
from classbell.domain.notifications.session_revision import Shown, shown_all
from classbell.ports.bundle import Ports
from classbell.storage.models import (
    CalendarFeed,
    CourseSession,
    EnrolmentState,
    FeedKind,
)
from classbell.storage.scope import Scope

PAST = timedelta(days=30)
"""For how long a session that is over stays."""

CANCELLED_FOR = timedelta(days=14)
"""For how long a cancelled session stays, shown as cancelled, so that nobody misses that it is."""

REFRESH = timedelta(hours=1)
"""How often calendars are asked to look again (RFC 7986); many look more rarely."""

MOST = 1000

FOR_THOSE_INSIDE = ("description", "url")
"""What holds the link to join, which lets in whoever has it: it is for those who have a place."""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A calendar as it is now.

    Attributes:
        body: the file.
        tag: changes whenever the body does.
        changed_at: since when it is so, business time, whole seconds.
    """

    body: bytes
    tag: str
    changed_at: datetime


def file_of(ports: Ports, feed: CalendarFeed) -> FeedFile:
    """Write a calendar, and note that it was read and, where it is so, that it changed."""
    now = ports.clock.now()
    body = _written(ports, feed, now)
    tag = hashlib.sha256(body).hexdigest()
    changed_at = feed.changed_at
    changes: dict[str, object] = {}
    if tag != feed.content_hash or changed_at is None:
        changed_at = now.replace(microsecond=0)
        changes = {"content_hash": tag, "changed_at": changed_at}
    if changes or feed.read_at is None or now - feed.read_at >= REFRESH:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now, **changes)
    return FeedFile(body, tag, changed_at)


def _written(ports: Ports, feed: CalendarFeed, now: datetime) -> bytes:
    """Write the file; the same sessions make the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Classbell//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _name(feed))
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for seen in shown_all(ports, _sessions(feed, now)):
        calendar.add_component(_event(feed, seen))
    return bytes(calendar.to_ical())


def _event(feed: CalendarFeed, seen: Shown) -> Event:
    """Write one session as invitations do, less what is not for everybody who has the address."""
    session = seen.session
    language = session.course.catalog.language
    if feed.person is not None and feed.person.language:
        language = feed.person.language
    event = session_event(
        seen,
        uid=own_uid(session),
        sequence=seen.sequence,
        stamped=seen.changed_at,
        language=language,
    )
    event.add("last-modified", seen.changed_at)
    event.add("status", "CANCELLED" if session.cancelled_at else "CONFIRMED")
    # Nobody is invited by a calendar that is subscribed to, so nobody answers to anybody.
    event.pop("organizer", None)
    if feed.kind != FeedKind.PERSON:
        for name in FOR_THOSE_INSIDE:
            event.pop(name, None)
    return event


def _sessions(feed: CalendarFeed, now: datetime) -> QuerySet[CourseSession]:
    """Return the sessions of a calendar: published, not long over, not long cancelled."""
    rows = (
        Scope(feed.organisation_id)
        .of(CourseSession)
        .filter(
            Q(cancelled_at=None) | Q(cancelled_at__gt=now - CANCELLED_FOR),
            published=True,
            ends_at__gt=now - PAST,
        )
    )
    if feed.kind == FeedKind.PERSON:
        taking_part = Q(
            enrolments__person=feed.person_id, enrolments__state=EnrolmentState.ENROLLED
        )
        rows = rows.filter(taking_part | Q(instructors=feed.person_id)).distinct()
    else:
        rows = rows.filter(course__catalog=feed.catalog_id)
    if feed.kind == FeedKind.ROOM:
        rows = rows.filter(room_address__iexact=feed.room_address)
    return rows.select_related("course__catalog").order_by("starts_at", "id")[:MOST]


def _name(feed: CalendarFeed) -> str:
    """Return what the calendar is called where it is subscribed to."""
    title = feed.catalog.title if feed.catalog is not None else "Classbell"
    return f"{title}: {feed.room_address}" if feed.kind == FeedKind.ROOM else title
