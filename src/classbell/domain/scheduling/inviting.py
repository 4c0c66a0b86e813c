"""Whom a write to the calendar is about to invite, written down before it is made.

Somebody who leaves while the write is under way is on the event or is not, and only a look at it
can tell. So whoever stands here is told nothing at once: Outlook tells those who turn out to be on
the event when they are taken off it, and the others get a mail from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from classbell.domain.notifications.notify import notify
from classbell.domain.scheduling.desired import SessionPicture
from classbell.domain.scheduling.entry_writes import write_if_same
from classbell.domain.scheduling.situation import Situation
from classbell.ports.bundle import Ports
from classbell.ports.calendar import AttendeeKind, DesiredEntry, EntrySnapshot
from classbell.storage.models import CourseSession, Entry
from classbell.storage.queries.scheduling import instructors_of, learners_of

LEARNER, INSTRUCTOR = "learner", "instructor"

_ENDED: dict[str, tuple[str, dict[str, str]]] = {
    LEARNER: ("enrolment_cancelled", {"ended": "place"}),
    INSTRUCTOR: ("instructor_removed", {}),
}
"""What somebody is told who takes part no more, with what the kind has to know."""


def begin_inviting(
    entry: Entry, picture: SessionPicture, wanted: DesiredEntry, current: EntrySnapshot | None
) -> bool:
    """Write down whom the write that follows may put on the event.

    Args:
        entry: the session's row.
        picture: the session as it was read.
        wanted: what is to be written.
        current: the event as it is; None where there is none.

    Returns:
        Whether the write may be made; False where one of them has left since the picture was read,
        and has been told so, or where the row stands for another event by now.
    """
    there = _people_on(current)
    asked = {one.address.address.casefold() for one in wanted.attendees}
    teaching = {person.key for person in picture.instructors}
    coming = {
        person.key: [str(person.person_id), INSTRUCTOR if person.key in teaching else LEARNER]
        for person in picture.everybody
        if person.key in asked and person.key not in there
    }
    if not coming:
        return True
    with transaction.atomic():
        taking_part = _taking_part(entry.session_id)
        if not taking_part.issuperset(UUID(person) for person, _ in coming.values()):
            return False
        return write_if_same(entry, {"inviting": entry.inviting | coming})


def look_after_a_crash(
    ports: Ports, found: Situation, entry: Entry, current: EntrySnapshot | None
) -> None:
    """Decide about those whom a write of unknown fate was to invite, by the event as it is.

    Who is on it and takes part stays written down until the row says so itself.

    Args:
        ports: the outside world.
        found: the session.
        entry: its row.
        current: the event that stands or is about to be taken back; None where there is none, or
            where nobody can look and nobody will take anybody off it.
    """
    if not entry.inviting:
        return
    with transaction.atomic():
        taking_part = _taking_part(entry.session_id)
        # The event that stood before may have been looked at since the row was read.
        entry.refresh_from_db(fields=["inviting"])
        there = _people_on(current)
        changes: dict[str, object] = {
            "inviting": {
                address: who
                for address, who in entry.inviting.items()
                if address in there and UUID(who[0]) in taking_part
            }
        }
        inviting = entry.inviting
        if write_if_same(entry, changes):
            _tell_who_left(ports, found, inviting, there=there, taking_part=taking_part)


def tell_left_out(ports: Ports, found: Situation, entry: Entry, current: EntrySnapshot) -> None:
    """Mail those who left during a write that did not put them on the event after all.

    To be called in the transaction that writes down who is on it, before it writes the row.
    """
    if entry.inviting:
        taking_part = _taking_part(entry.session_id)
        there = _people_on(current)
        _tell_who_left(ports, found, entry.inviting, there=there, taking_part=taking_part)


def _tell_who_left(
    ports: Ports,
    found: Situation,
    inviting: dict[str, list[str]],
    *,
    there: Iterable[str],
    taking_part: frozenset[UUID],
) -> None:
    """Write the mails that nobody wrote when these people left."""
    left = [
        (UUID(person), part)
        for address, (person, part) in inviting.items()
        if address not in there and UUID(person) not in taking_part
    ]
    catalog = found.session.course.catalog
    for part, (kind, more) in _ENDED.items():
        audience = [person for person, was in left if was == part]
        if audience and found.session.ends_at > found.now:
            notify(
                ports,
                kind=kind,
                organisation_id=catalog.organisation_id,
                catalog=catalog,
                audience=audience,
                context={"session": str(found.session.pk), **more},
            )


def _taking_part(session_id: UUID) -> frozenset[UUID]:
    """Return who takes part, whom nobody changes until the commit.

    The lock is the weaker one that waits for whoever changes the session and not for rows that
    refer to it: their writers may hold the entry that is written next.
    """
    session = CourseSession.objects.select_for_update(no_key=True).get(pk=session_id)
    return frozenset(one.pk for one in (*instructors_of(session), *learners_of(session)))


def _people_on(current: EntrySnapshot | None) -> frozenset[str]:
    """Return the addresses of the people on an event, without regard to case."""
    answers = current.answers if current else ()
    return frozenset(
        one.address.casefold() for one in answers if one.kind is not AttendeeKind.RESOURCE
    )
