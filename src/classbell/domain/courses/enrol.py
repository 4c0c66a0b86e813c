"""Giving learners a place in a session or a waiting list, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from classbell.domain.courses.enrolment_rows import (
    emit_people,
    record_people,
    tell_of_end,
    tell_unless_invited_by_mail,
    write_enrolments,
)
from classbell.domain.courses.offers import Offer, offer_of, people_with_all, places_left
from classbell.domain.courses.seat_refusals import (
    NOBODY,
    refuse_beside_the_others,
    refuse_second_choice,
    refuse_too_many,
)
from classbell.domain.courses.session_rows import lock_session, require_own_people
from classbell.domain.courses.sessions import request_if_current
from classbell.domain.courses.waiting import fill_places, queue, waiting_people
from classbell.domain.organisations.audit import Actor
from classbell.domain.organisations.course_access import require_actor_administers_course
from classbell.domain.scheduling.request import request_attendees
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.ports.progress import Progress, silent
from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    Person,
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who has a place now, and who waits for one.

    Attributes:
        new: those who got it by this act, in the order given.
        already: those who had it before; nothing was done about them.
        waiting: those who found no place and wait for one, first come first.
    """

    new: tuple[Person, ...]
    already: tuple[Person, ...]
    waiting: tuple[Person, ...] = ()


def enrol(
    ports: Ports,
    *,
    session: CourseSession,
    people: Sequence[Person],
    actor: Actor,
    progress: Progress = silent,
) -> Enrolled:
    """Enrol learners, confirm it to them, and let the session's entry follow.

    Enrolments, event, notification with its audience and the request for the entry are one
    transaction. Somebody who is enrolled already is left alone and told nothing. Sessions that are
    taken together (a group, or all of a course) are enrolled to together.

    Args:
        ports: the outside world.
        session: where.
        people: whom; all or none of them, except that those who find no place wait for one where
            the course has a waiting list.
        actor: who enrols them.
        progress: told now and then how far it is.

    Raises:
        InvalidInput: too few seats are left, the deadline has passed, the session is a draft,
            cancelled or over, or somebody has the one session of the course that they may have.
        NotAllowed, NotFoundHere: the actor does not administer the course, or somebody is not of
            its organisation.
    """
    require_actor_administers_course(actor, session.course)
    return place(ports, session=session, people=people, actor=actor, progress=progress)


def place(
    ports: Ports,
    *,
    session: CourseSession,
    people: Sequence[Person],
    actor: Actor,
    progress: Progress = silent,
) -> Enrolled:
    """Do what ``enrol`` does for a caller who has made sure that the actor may.

    Raises:
        InvalidInput, NotFoundHere: as for ``enrol``.
    """
    with transaction.atomic():
        locked = lock_session(session.pk)
        offer = offer_of(ports, locked)
        refuse_closed(ports, locked, offer)
        enrolled = _take(ports, locked, offer, people, progress)
        for action, told in (("enrolled", enrolled.new), ("waiting", enrolled.waiting)):
            if told:
                record_people(ports, locked, actor, f"session.{action}", told)
    return enrolled


def unenrol(
    ports: Ports, *, session: CourseSession, people: Sequence[Person], actor: Actor
) -> tuple[Person, ...]:
    """Take learners' places back; Outlook tells those on the entry that it is off for them.

    Those who are not on it get a mail. Somebody who only waited waits no more, and is told so once
    for all that they waited for. The freed places go to those who wait longest.

    Returns:
        Those who had a place or waited for one.

    Raises:
        NotAllowed, NotFoundHere: the actor does not administer the course.
    """
    require_actor_administers_course(actor, session.course)
    return displace(ports, session=session, people=people, actor=actor)


def displace(
    ports: Ports, *, session: CourseSession, people: Sequence[Person], actor: Actor
) -> tuple[Person, ...]:
    """Do what ``unenrol`` does for a caller who has made sure that the actor may."""
    with transaction.atomic():
        locked = lock_session(session.pk)
        gone = take_back(ports, locked, people)
        if gone:
            record_people(ports, locked, actor, "session.unenrolled", gone)
            fill_places(ports, locked)
    return gone


def take_back(ports: Ports, session: CourseSession, people: Sequence[Person]) -> tuple[Person, ...]:
    """Take places back in the caller's transaction, in every session that is taken with this one.

    The caller gives the freed places to those who wait.
    """
    gone: dict[object, Person] = {}
    waited: dict[object, Person] = {}
    for one in offer_of(ports, session).sessions:
        rows = Enrolment.objects.filter(session=one, person__in=people).exclude(
            state=EnrolmentState.CANCELLED
        )
        states = dict(rows.values_list("person_id", "state"))
        leaving = [person for person in people if person.pk in states]
        if leaving:
            rows.update(state=EnrolmentState.CANCELLED)
            emit_people(ports, one, "session.unenrolled", leaving)
            request_if_current(ports, one, request=request_attendees)
            gone |= {person.pk: person for person in leaving}
            waiting = {pk for pk, state in states.items() if state == EnrolmentState.WAITING}
            tell_of_end(ports, one, [person for person in leaving if person.pk not in waiting])
            waited |= {person.pk: person for person in leaving if person.pk in waiting}
    tell_of_end(ports, session, tuple(waited.values()), waited=True)
    return tuple(gone.values())


def give_places(ports: Ports, session: CourseSession, people: Sequence[Person]) -> Enrolled:
    """Enrol in the caller's transaction, in one session as read by ``lock_session``.

    The caller confirms it to those who are new and asks for the entry to follow. What the session
    is taken with has its say: the seats of the group or course, and those who wait.

    Raises:
        InvalidInput: too few seats are left, or somebody waits for those that are.
        NotFoundHere: somebody belongs to another organisation.
    """
    require_own_people(session, people)
    offer = Offer(session.title, (session,), session.seats, session.enrolment_deadline)
    new, already = _new_and_already(offer, people)
    if new:
        refuse_too_many(offer, places_left(offer), len(new))
        refuse_beside_the_others(offer_of(ports, session), session, new)
        write_enrolments(ports, session, new, EnrolmentState.ENROLLED)
        emit_people(ports, session, "session.enrolled", new)
    return Enrolled(tuple(new), tuple(already))


def confirm(ports: Ports, session: CourseSession, people: Sequence[Person]) -> int:
    """Tell learners that they are enrolled; return how many are told."""
    return tell_unless_invited_by_mail(ports, "enrolment_confirmed", session, people)


def refuse_closed(ports: Ports, session: CourseSession, offer: Offer) -> None:
    """Refuse a session that takes nobody any more, saying why.

    Raises:
        InvalidInput: it is cancelled, over or a draft, or its deadline has passed.
    """
    now = ports.clock.now()
    if session.cancelled_at is not None:
        raise InvalidInput(f"«{session.title}» was cancelled.", meaning=NOBODY)
    if session.ends_at <= now:
        raise InvalidInput(f"«{session.title}» is over.", meaning=NOBODY)
    if not session.published:
        raise InvalidInput(
            f"«{session.title}» is a draft.", meaning=NOBODY, remedy="Publish the session first."
        )
    if offer.deadline is not None and offer.deadline < now:
        raise InvalidInput(
            f"The enrolment deadline of «{offer.title}» has passed.",
            meaning=NOBODY,
            remedy="Move the deadline, then enrol.",
        )


def _take(
    ports: Ports,
    session: CourseSession,
    offer: Offer,
    people: Sequence[Person],
    progress: Progress,
) -> Enrolled:
    """Give the places there are, let the others wait, and tell both."""
    require_own_people(session, people)
    new, already = _new_and_already(offer, people)
    if not new:
        return Enrolled((), tuple(already))
    refuse_second_choice(offer, new)
    before = waiting_people(offer) if offer.waits else []
    left = places_left(offer)
    if not offer.waits:
        refuse_too_many(offer, left, len(new))
    # Whoever waits was there first: newcomers do not overtake them.
    free = len(new) if left is None else max(left - len(before), 0)
    waits_already = {person.pk for person in before}
    newcomers = [person for person in new if person.pk not in waits_already]
    lucky, late = newcomers[:free], newcomers[free:]
    if lucky:
        for one in offer.sessions:
            write_enrolments(ports, one, lucky, EnrolmentState.ENROLLED, progress)
            emit_people(ports, one, "session.enrolled", lucky)
            request_if_current(ports, one, request=request_attendees)
            confirm(ports, one, lucky)
    if late:
        queue(ports, offer, session, late)
    asked = {person.pk for person in new}
    still = [person for person in before if person.pk in asked]
    return Enrolled(tuple(lucky), tuple(already), (*still, *late))


def _new_and_already(offer: Offer, people: Sequence[Person]) -> tuple[list[Person], list[Person]]:
    """Part people, each once, into those without and those with a place."""
    given = {person.pk: person for person in people}
    having = people_with_all(offer, given)
    new = [person for person in given.values() if person.pk not in having]
    return new, [person for person in given.values() if person.pk in having]
