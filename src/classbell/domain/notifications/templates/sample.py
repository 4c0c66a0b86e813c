"""Made-up values for previews: what a notification could say where nothing real is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_time, get_timezone_name

from classbell.domain.notifications.kinds.kind import Kind
from classbell.domain.notifications.moments import locale_for, long_time
from classbell.domain.notifications.reader import Reader
from classbell.domain.notifications.session_facts import session_values
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog, CourseSession, Notification

PERSON = "Anna Berg"
ADDRESS = "anna.berg@example.com"
NINE = time(9)
TWO_WEEKS, TWO_HOURS = timedelta(weeks=2), timedelta(hours=2)

SESSION_LINK = "https://teams.microsoft.com/l/meetup-join/sample"


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
    values = {name: made_up.get(name, name.capitalize()) for name in kind.variables}
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
    end = start + TWO_HOURS
    return {
        "COURSE TITLE": "Fire safety for wardens",
        "SESSION TITLE": "Copenhagen",
        "SESSION START": long_time(start, zone, locale),
        "SESSION END": format_time(end, "HH:mm", tzinfo=zone, locale=locale),
        "SESSION TIME ZONE": get_timezone_name(start, locale=locale),
        "SESSION PLACE": "Training Room Nyhavn",
        "SESSION LINK": SESSION_LINK,
        "SESSION DESCRIPTION": "How to clear a floor, with an exercise. Bring sturdy shoes.",
        "SESSION PAGE LINK": f"{ports.base_url}/catalogs/{catalog.slug}/sessions",
        "INSTRUCTORS": "Jonas Weber, Mai Nielsen",
        "CHANGES": "Training Room Tivoli → Training Room Nyhavn",
        "ROOM": "Training Room Tivoli",
        "ROOM CHANGE": "Training Room Tivoli → Training Room Nyhavn",
        "OPEN SESSIONS": "Copenhagen, Aarhus",
        "WHAT ENDED": "Copenhagen",
        "CATALOG TITLE": catalog.title,
        "ORGANISATION NAME": catalog.organisation.name,
        "CANCEL MESSAGE": "The trainer is ill. A new date follows.",
        "SUBJECT": "Please bring your laptop",
        "TEXT": "Please bring your laptop and the form that you were sent.",
        "FORMER ACCOUNT": "former@example.com",
        "ACCOUNT": "learning@example.com",
        "LINK": f"{ports.base_url}/link/sample",
    }
