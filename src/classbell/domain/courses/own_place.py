"""What learners do by themselves: enrolling, waiting, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from classbell.domain.courses.enrol import Enrolled, displace, place
from classbell.domain.courses.offers import Offer, offer_of, places_left
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.organisations.audit import Actor
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput, NotFoundHere
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, EnrolmentType, Person

NOT_ENROLLED = "You were not enrolled."
NOTHING = "You keep what you have."


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """Somebody's place in a session, or their turn on its waiting list.

    Attributes:
        state: whether they have the place or wait for it.
        offer: all that is taken, and left, together with the session.
        leave_until: aware UTC, until when they may leave by themselves.
        may_leave: whether that is still to come.
    """

    state: EnrolmentState
    offer: Offer
    leave_until: datetime
    may_leave: bool


def enrol_oneself(ports: Ports, *, session: CourseSession, person: Person) -> Enrolled:
    """Enrol somebody who asks for it themselves, or let them wait for a place.

    Learners of the organisation may, in a course that is open to it, until the deadline or until
    the first of the sessions that are taken together begins.

    Args:
        ports: the outside world.
        session: where.
        person: who acts, for themselves alone.

    Raises:
        InvalidInput: the course is not open, it is too late, no place is left where nobody may
            wait, or they have the one session of the course that they may have.
        NotFoundHere: the session is of another organisation, or a draft.
    """
    require_seen(session, person)
    with transaction.atomic():
        locked = lock_session(session.pk)
        offer = offer_of(ports, locked)
        if reason := why_closed(ports, locked, offer, person):
            raise InvalidInput(reason, meaning=NOT_ENROLLED)
        if not offer.waits and places_left(offer) == 0 and not own_place(ports, locked, person):
            raise InvalidInput(
                f"No place is free in «{offer.title}».",
                meaning=NOT_ENROLLED,
                remedy="Look again later: somebody may leave.",
            )
        return place(ports, session=locked, people=[person], actor=Actor.of(person))


def leave_oneself(ports: Ports, *, session: CourseSession, person: Person) -> None:
    """Take the place of somebody who gives it back themselves, or their turn to get one.

    A place can be given back as long as others can still take it: until the enrolment deadline,
    and where there is none until the first of the sessions that are left together begins. Whoever
    only waits may stop waiting until it begins.

    Raises:
        InvalidInput: it is too late for that.
        NotFoundHere: they neither have a place there nor wait for one.
    """
    with transaction.atomic():
        locked = lock_session(session.pk)
        own = own_place(ports, locked, person)
        if own is None:
            raise no_place()
        if not own.may_leave:
            raise InvalidInput(
                f"It is too late to leave «{own.offer.title}» by yourself.",
                meaning=NOTHING,
                remedy="Ask the admin of the course.",
            )
        displace(ports, session=locked, people=[person], actor=Actor.of(person))


def own_place(ports: Ports, session: CourseSession, person: Person) -> OwnPlace | None:
    """Return somebody's place in a session; None where they have none and wait for none."""
    rows = Enrolment.objects.filter(session=session, person=person)
    row = rows.exclude(state=EnrolmentState.CANCELLED).first()
    if row is None:
        return None
    offer, state = offer_of(ports, session), EnrolmentState(row.state)
    until = min(one.starts_at for one in offer.sessions)
    if state == EnrolmentState.ENROLLED and offer.deadline is not None:
        until = min(until, offer.deadline)
    open_still = session.cancelled_at is None and session.published
    return OwnPlace(state, offer, until, open_still and ports.clock.now() < until)


def why_closed(ports: Ports, session: CourseSession, offer: Offer, person: Person) -> str:
    """Return why somebody cannot enrol themselves in an offer now; empty where they can.

    Whether a place is left is another question.
    """
    now, other = ports.clock.now(), _the_one_they_have(offer, person)
    if other is not None:
        return f"You have «{other.title}» of this course, and one session is enough here."
    if not session.course.self_enrolment:
        return f"People are enrolled in «{session.course.title}» by its admins only."
    if session.cancelled_at is not None:
        return f"«{session.title}» was cancelled."
    if min(one.starts_at for one in offer.sessions) <= now:
        return f"«{offer.title}» has begun."
    if offer.deadline is not None and offer.deadline < now:
        return f"The enrolment deadline of «{offer.title}» has passed."
    return ""


def _the_one_they_have(offer: Offer, person: Person) -> CourseSession | None:
    """Return the session that somebody has of a course of which one is enough."""
    course = offer.sessions[0].course
    if course.enrolment_type != EnrolmentType.SINGLE:
        return None
    rows = Enrolment.objects.filter(
        session__course=course, person=person, session__cancelled_at__isnull=True
    ).exclude(state=EnrolmentState.CANCELLED)
    row = rows.exclude(session__in=offer.ids).select_related("session").first()
    return row.session if row is not None else None


def require_seen(session: CourseSession, person: Person) -> None:
    """Refuse a session that somebody does not get to see: of another organisation, or a draft.

    Raises:
        NotFoundHere: it is one.
    """
    if session.course.catalog.organisation_id != person.organisation_id or not session.published:
        raise not_seen()


def not_seen() -> NotFoundHere:
    """Return the answer to whoever asks for a session that they do not get to see."""
    return NotFoundHere(
        "There is no such session in your organisation.",
        remedy="Choose one from the list of open sessions.",
    )


def no_place() -> NotFoundHere:
    """Return the answer to whoever asks about a place that they do not have."""
    return NotFoundHere(
        "You have no place in this session and wait for none.",
        remedy="Your sessions stand in your list.",
    )
