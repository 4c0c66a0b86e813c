"""Made-up values for previews: what a notification could say where nothing real is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.moments import (
    end_time,
    locale_for,
    long_time,
    span,
    zone_name,
)
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_changes import change_line
from classbell.domain.notifications.session_facts import session_values
from classbell.domain.notifications.words import word
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, CourseSession, Notification

NAME = "PERSON NAME"
"""The variable that is the reader's own in every kind."""

PERSON = "Anna Berg"
ADDRESS = "anna.berg@example.com"
ROOM = "Nyhavn"
NINE = time(9)
TWO_WEEKS, ONE_DAY, TWO_HOURS = timedelta(weeks=2), timedelta(days=1), timedelta(hours=2)


def is_about_sessions(kind: Kind) -> bool:
    """Tell whether a kind is about one session, which can be chosen for a preview."""
    return "SESSION TITLE" in kind.variables


def values_for(
    ports: Ports, kind: Kind, catalog: Catalog, reader: Reader, session: CourseSession | None
) -> Mapping[str, str]:
    """Return a value for every variable of a kind but the reader's name.

    What is the catalog's or the session's is real. What only the event itself knows, such as a
    sign-in link or what somebody wrote when cancelling, is made up: nothing is opened, asked for or
    written to show how a mail looks.

    Args:
        ports: the clock, and the address of our own pages.
        kind: of the notification.
        catalog: whose.
        reader: language and time zone.
        session: of the catalog; None to make one up.
    """
    made_up = _made_up(ports, catalog, reader)
    values = {name: made_up[name] for name in kind.variables if name != NAME}
    if session is None or not is_about_sessions(kind):
        return values
    about = Notification(
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        kind=kind.name,
        context={"session": str(session.pk)},
    )
    real = session_values(about, reader)
    return values | {name: real[name] for name in real if name in values}


def _made_up(ports: Ports, catalog: Catalog, reader: Reader) -> dict[str, str]:
    """Return samples by the names of variables; a session in two weeks, from nine to eleven."""
    zone, locale = ZoneInfo(catalog.time_zone), locale_for(reader.language)
    day = (ports.clock.now() + TWO_WEEKS).astimezone(zone).date()
    start = datetime.combine(day, NINE, zone)
    end, before = start + TWO_HOURS, start - ONE_DAY
    language = reader.language
    when, was = (span(one, one + TWO_HOURS, zone, language) for one in (start, before))
    named_zone = zone_name(start, zone, locale)
    return {
        "COURSE TITLE": "Fire safety for wardens",
        "SESSION TITLE": "Copenhagen",
        "SESSION DESCRIPTION": "How to lead people out of a building.",
        "SESSION START": long_time(start, zone, locale),
        "SESSION END": end_time(start, end, zone, locale),
        "SESSION TIME ZONE": named_zone,
        "SESSION PLACE": ROOM,
        "SESSION LINK": "https://teams.microsoft.com/l/meetup-join/sample",
        "SESSION PAGE LINK": f"{ports.base_url}/catalogs/{catalog.slug}/sessions",
        "INSTRUCTORS": "Kim Larsen",
        "CATALOG TITLE": catalog.title,
        "ORGANISATION NAME": catalog.organisation.name,
        "CHANGES": change_line("time", was, when, language),
        "CANCEL MESSAGE": "The instructor is ill. A new date follows.",
        "WHAT ENDED": word("place_ended", language),
        "OPEN SESSIONS": word(
            "open_session", language, TITLE="Aarhus", WHEN=when, ZONE=named_zone, PLACE=ROOM
        ),
        "ROOM": ROOM,
        "ROOM CHANGE": change_line("room", "Harbour", ROOM, language),
        "SUBJECT": "Please bring your laptop",
        "TEXT": "Please bring your laptop and the form that you were sent.",
        "FORMER ACCOUNT": "former@example.com",
        "ACCOUNT": "learning@example.com",
        "LINK": f"{ports.base_url}/link/sample",
    }
