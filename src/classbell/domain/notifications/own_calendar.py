"""The iCalendar file with which somebody puts a session into their calendar by themselves."""

from __future__ import annotations

from classbell.domain.courses.own_place import no_place
from classbell.domain.notifications.invitation import calendar_of, own_uid, session_event
from classbell.domain.notifications.session_revision import Shown, shown
from classbell.domain.organisations.course_access import teaches
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    EntryState,
    Person,
)


def calendar_file(ports: Ports, *, session: CourseSession, person: Person, language: str) -> bytes:
    """Return the session as an iCalendar file for somebody who has a place in it or teaches it.

    Whoever is on Outlook's event of the session gets a file with that event's own UID, and
    everybody else one with the UID and the SEQUENCE of feeds and of the files that are mailed: a
    calendar that knows the session already does not show it twice (RFC 5545, section 3.8.4.7).

    Args:
        ports: the clock.
        session: with course and catalog.
        person: for whose calendar.
        language: tag of their language.

    Raises:
        NotFoundHere: they neither have a place in the session nor teach it.
        InvalidInput: it was cancelled.
    """
    if not (has_place(person, session) or teaches(person.pk, session)):
        raise no_place()
    if session.cancelled_at is not None:
        raise InvalidInput(
            f"«{session.title}» was cancelled.",
            meaning="There is nothing to put into a calendar.",
        )
    seen = shown(ports, session)
    uid, sequence = _known_as(seen, person)
    event = session_event(
        seen, uid=uid, sequence=sequence, stamped=ports.clock.now(), language=language
    )
    event.add("last-modified", seen.changed_at)
    event.add("status", "CONFIRMED")
    return calendar_of(event, "PUBLISH")


def has_place(person: Person, session: CourseSession) -> bool:
    """Tell whether somebody is enrolled in a session."""
    rows = Enrolment.objects.filter(session=session, person=person)
    return rows.filter(state=EnrolmentState.ENROLLED).exists()


def _known_as(seen: Shown, person: Person) -> tuple[str, int]:
    """Return UID and SEQUENCE of what the person's calendar may have of the session already.

    Outlook counts the changes of its own event and does not tell how many there were; a file of the
    lowest count never hides any of them.
    """
    entry = seen.around.entry
    if entry is not None and entry.state == EntryState.CREATED and entry.ical_uid:
        on_event = person.address.casefold() in entry.answers
        if on_event and str(person.pk) not in entry.mailed:
            return entry.ical_uid, 0
    return own_uid(seen.session), seen.sequence
