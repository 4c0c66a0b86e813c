"""Giving learners a place in a session, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from classbell.domain.courses.session_rows import lock_session, require_own_people
from classbell.domain.courses.sessions import request_who_comes_if_current
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.access import require_actor_administers
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.carried import invited_by_mail
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Person


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who has a place now.

    Attributes:
        new: those who got it by this act, in the order given.
        already: those who had it before; nothing was done about them.
    """

    new: tuple[Person, ...]
    already: tuple[Person, ...]


def enrol(
    ports: Ports, *, session: CourseSession, people: Sequence[Person], actor: Actor
) -> Enrolled:
    """Enrol learners, confirm it to them, and let the session's entry follow.

    Enrolments, event, notification with its audience and the request for the entry are one
    transaction. Somebody who is enrolled already is left alone and told nothing.

    Args:
        ports: the outside world.
        session: where.
        people: whom; all or none of them.
        actor: who enrols them.

    Raises:
        InvalidInput: too few seats are left, the deadline has passed, or the session is a draft,
            cancelled or over.
        NotAllowed, NotFoundHere: the actor does not administer the catalog, or somebody is not of
            its organisation.
    """
    require_actor_administers(actor, session.course.catalog)
    with transaction.atomic():
        locked = lock_session(session.pk)
        _refuse_closed(ports, locked)
        enrolled = give_places(ports, locked, people)
        if enrolled.new:
            confirm(ports, locked, enrolled.new)
            request_who_comes_if_current(ports, locked)
            _record(ports, locked, actor, "session.enrolled", enrolled.new)
    return enrolled


def unenrol(
    ports: Ports, *, session: CourseSession, people: Sequence[Person], actor: Actor
) -> tuple[Person, ...]:
    """Take learners' places back; Outlook tells those on the entry that it is off for them.

    Returns:
        Those who had a place.

    Raises:
        NotAllowed, NotFoundHere: the actor does not administer the catalog.
    """
    require_actor_administers(actor, session.course.catalog)
    with transaction.atomic():
        locked = lock_session(session.pk)
        enrolled = Enrolment.objects.filter(session=locked, state=EnrolmentState.ENROLLED)
        having = set(enrolled.filter(person__in=people).values_list("person_id", flat=True))
        gone = tuple(person for person in people if person.pk in having)
        if gone:
            enrolled.filter(person_id__in=having).update(state=EnrolmentState.CANCELLED)
            _emit(ports, locked, "session.unenrolled", gone)
            request_who_comes_if_current(ports, locked)
            _record(ports, locked, actor, "session.unenrolled", gone)
    return gone


def give_places(ports: Ports, session: CourseSession, people: Sequence[Person]) -> Enrolled:
    """Enrol in the caller's transaction, on a session read by ``lock_session``.

    The caller confirms it to those who are new and asks for the entry to follow.

    Raises:
        InvalidInput: too few seats are left.
        NotFoundHere: somebody belongs to another organisation.
    """
    require_own_people(session, people)
    states = dict(
        Enrolment.objects.filter(session=session, person__in=people).values_list(
            "person_id", "state"
        )
    )
    given = list({person.pk: person for person in people}.values())
    new = [person for person in given if states.get(person.pk) != EnrolmentState.ENROLLED]
    already = [person for person in given if states.get(person.pk) == EnrolmentState.ENROLLED]
    if new:
        _refuse_too_many(session, len(new))
        _write(ports, session, new, returning=[person for person in new if person.pk in states])
        _emit(ports, session, "session.enrolled", new)
    return Enrolled(tuple(new), tuple(already))


def confirm(ports: Ports, session: CourseSession, people: Sequence[Person]) -> int:
    """Tell learners that they are enrolled, unless the session is past telling about.

    Those whose invitation is a mail learn it from that.

    Returns:
        How many are told.
    """
    if not tells_people(ports, session):
        return 0
    told = invited_by_mail(session, people)
    people = [person for person in people if person.pk not in told]
    notify(
        ports,
        kind="enrolment_confirmed",
        organisation_id=session.course.catalog.organisation_id,
        catalog=session.course.catalog,
        audience=[person.pk for person in people],
        context={"session": str(session.pk)},
    )
    return len(people)


def tells_people(ports: Ports, session: CourseSession) -> bool:
    """Tell whether anything about a session is still worth a mail."""
    return (
        session.published and session.cancelled_at is None and session.ends_at > ports.clock.now()
    )


def _write(
    ports: Ports, session: CourseSession, new: Sequence[Person], *, returning: Sequence[Person]
) -> None:
    """Write the rows; those who come back after unenrolling have one already."""
    back = {person.pk for person in returning}
    now = ports.clock.now()
    Enrolment.objects.filter(session=session, person_id__in=back).update(
        state=EnrolmentState.ENROLLED, created_at=now
    )
    Enrolment.objects.bulk_create(
        (
            Enrolment(session=session, person=person, state=EnrolmentState.ENROLLED, created_at=now)
            for person in new
            if person.pk not in back
        ),
        batch_size=500,
    )


def _refuse_closed(ports: Ports, session: CourseSession) -> None:
    """Refuse a session that takes nobody any more, saying why."""
    now = ports.clock.now()
    if session.cancelled_at is not None:
        raise InvalidInput(f"«{session.title}» was cancelled.", meaning="Nobody was enrolled.")
    if session.ends_at <= now:
        raise InvalidInput(f"«{session.title}» is over.", meaning="Nobody was enrolled.")
    if not session.published:
        raise InvalidInput(
            f"«{session.title}» is a draft.",
            meaning="Nobody was enrolled.",
            remedy="Publish the session first.",
        )
    if session.enrolment_deadline is not None and session.enrolment_deadline < now:
        raise InvalidInput(
            f"The enrolment deadline of «{session.title}» has passed.",
            meaning="Nobody was enrolled.",
            remedy="Move the deadline, then enrol.",
        )


def _refuse_too_many(session: CourseSession, asked: int) -> None:
    """Refuse more learners than there are seats left, saying how many are."""
    if session.seats is None:
        return
    taken = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED).count()
    left = max(session.seats - taken, 0)
    if asked > left:
        raise InvalidInput(
            f"«{session.title}» has {left} of {session.seats} seats left, and {asked} "
            f"{'person needs' if asked == 1 else 'people need'} one.",
            field="seats",
            meaning="Nobody was enrolled.",
            remedy="Give the session more seats, or enrol fewer people.",
        )


def _emit(ports: Ports, session: CourseSession, name: str, people: Sequence[Person]) -> None:
    """Tell integrators who came or went."""
    catalog = session.course.catalog
    emit(
        ports,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        name=name,
        payload={
            "session": str(session.pk),
            "code": session.code,
            "people": [str(person.pk) for person in people],
        },
    )


def _record(
    ports: Ports, session: CourseSession, actor: Actor, action: str, people: Sequence[Person]
) -> None:
    """Write the audit row; the names are in the enrolments."""
    catalog = session.course.catalog
    record(
        ports,
        actor=actor,
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        action=action,
        subject=f"session:{session.code}",
        after={"people": len(people)},
    )
