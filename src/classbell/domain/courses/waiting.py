"""The waiting list: joining it, and giving freed places in the order in which people joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from classbell.domain.courses.enrolment_rows import (
    emit_people,
    record_people,
    tell,
    tell_unless_invited_by_mail,
    write_enrolments,
)
from classbell.domain.courses.offers import Offer, offer_of, places_left
from classbell.domain.organisations.audit import CLASSBELL
from classbell.domain.scheduling.request import request_attendees
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Person


def queue(ports: Ports, offer: Offer, session: CourseSession, people: Sequence[Person]) -> None:
    """Let people wait for a place, in the caller's transaction, and tell them.

    Args:
        ports: the outside world.
        offer: what they wait for.
        session: that session of it which they asked for.
        people: who finds no place; behind everybody who waits already.
    """
    for one in offer.sessions:
        write_enrolments(ports, one, people, EnrolmentState.WAITING)
    emit_people(ports, session, "session.waiting", people)
    tell(ports, "waiting_list_joined", session, people)


def waiting_people(offer: Offer) -> list[Person]:
    """Return who waits for an offer, first come first."""
    rows = (
        Enrolment.objects.filter(session__in=offer.ids, state=EnrolmentState.WAITING)
        .select_related("person")
        .order_by("created_at", "id")
    )
    found: dict[UUID, Person] = {}
    for row in rows:
        found.setdefault(row.person_id, row.person)
    return list(found.values())


def sessions_waited_for(sessions: Iterable[CourseSession]) -> list[CourseSession]:
    """Return those of many sessions that somebody waits for, in their order."""
    found = {session.pk: session for session in sessions}
    waited_for = set(
        Enrolment.objects.filter(session__in=found, state=EnrolmentState.WAITING).values_list(
            "session_id", flat=True
        )
    )
    return [session for pk, session in found.items() if pk in waited_for]


def fill_places(ports: Ports, session: CourseSession) -> tuple[Person, ...]:
    """Give the places that are free to those who wait, in the caller's transaction.

    Called whenever a place may have become free, on a session read by ``lock_session``. The
    deadline does not matter to people who waited before it; nobody is given a place in something
    that has begun, is cancelled or a draft.

    Returns:
        Who has a place now.
    """
    if not _can_be_given(ports, session):
        return ()
    offer = offer_of(ports, session)
    waiting = waiting_people(offer)
    if not waiting:
        return ()
    lucky = waiting[: places_left(offer)]
    if not lucky:
        return ()
    for one in offer.sessions:
        write_enrolments(ports, one, lucky, EnrolmentState.ENROLLED)
        emit_people(ports, one, "session.enrolled", lucky)
        request_attendees(ports, one)
    tell_unless_invited_by_mail(ports, "place_offered", session, lucky)
    record_people(ports, session, CLASSBELL, "session.place_given", lucky)
    return tuple(lucky)


def _can_be_given(ports: Ports, session: CourseSession) -> bool:
    """Tell whether a place in the session is still worth having."""
    return (
        session.published and session.cancelled_at is None and session.starts_at > ports.clock.now()
    )
