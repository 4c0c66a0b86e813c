"""Rows of enrolments: written in the caller's transaction, confirmed, and told to integrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.audit import Actor, record
from classbell.domain.organisations.events import emit
from classbell.domain.scheduling.carried import invited_by_mail, told_of_leaving
from classbell.ports.bundle import Ports
from classbell.ports.progress import Progress, silent
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Person

BATCH = 500
"""Rows of one statement: what a store takes in well."""

ENDED = "enrolment_cancelled"


def write_enrolments(
    ports: Ports,
    session: CourseSession,
    people: Sequence[Person],
    state: EnrolmentState,
    progress: Progress = silent,
) -> None:
    """Let people be in a state from now on; those who were there before have a row already.

    One act keeps the order in which the people were given: each row is a microsecond later than
    the one before, which is what the waiting list is sorted by.

    Args:
        ports: the clock.
        session: where.
        people: whom.
        state: from now on.
        progress: told after each batch of rows how far it is.
    """
    now = ports.clock.now()
    moments = {
        person.pk: now + timedelta(microseconds=number) for number, person in enumerate(people)
    }
    back = list(Enrolment.objects.filter(session=session, person__in=people))
    for row in back:
        row.state, row.created_at = state, moments[row.person_id]
    Enrolment.objects.bulk_update(back, ["state", "created_at"], batch_size=200)
    known = {row.person_id for row in back}
    new = [person for person in people if person.pk not in known]
    # Rows are made as they are written: whoever makes 50,000 at once says nothing to PostgreSQL
    # meanwhile, which ends a transaction that is idle for some seconds.
    for begin in range(0, len(new), BATCH):
        some = new[begin : begin + BATCH]
        Enrolment.objects.bulk_create(
            Enrolment(session=session, person=person, state=state, created_at=moments[person.pk])
            for person in some
        )
        progress("enrolments", len(back) + begin + len(some), len(people))


def tell(
    ports: Ports, kind: str, session: CourseSession, people: Sequence[Person], **more: str
) -> int:
    """Tell people something about a session, unless it is past telling about.

    Args:
        ports: the outside world.
        kind: name of a registered kind.
        session: what it is about.
        people: whom.
        **more: what else the kind has to know.

    Returns:
        How many are told.
    """
    if not people or not tells_people(ports, session):
        return 0
    notify(
        ports,
        kind=kind,
        organisation_id=session.course.catalog.organisation_id,
        catalog=session.course.catalog,
        audience=[person.pk for person in people],
        context={"session": str(session.pk), **more},
    )
    return len(people)


def tell_unless_invited_by_mail(
    ports: Ports, kind: str, session: CourseSession, people: Sequence[Person]
) -> int:
    """Tell people that they have a place, except those whose invitation is a mail and says it.

    Returns:
        How many are told.
    """
    if not people or not tells_people(ports, session):
        return 0
    invited = invited_by_mail(session, people)
    return tell(ports, kind, session, [one for one in people if one.pk not in invited])


def tell_of_end(
    ports: Ports, session: CourseSession, people: Sequence[Person], *, waited: bool = False
) -> int:
    """Tell people that their place has ended, or their turn on the waiting list.

    Those whom the entry or a mail in its place tells are left out, and so are those who were told
    of their place by nothing yet, because their invitation by mail had not been written.

    Returns:
        How many are told.
    """
    if not people or not tells_people(ports, session):
        return 0
    if waited:
        return tell(ports, ENDED, session, people, ended="waiting")
    told = told_of_leaving(session, people) | invited_by_mail(session, people)
    left = [person for person in people if person.pk not in told]
    return tell(ports, ENDED, session, left, ended="place")


def tells_people(ports: Ports, session: CourseSession) -> bool:
    """Tell whether anything about a session is still worth a mail."""
    return (
        session.published and session.cancelled_at is None and session.ends_at > ports.clock.now()
    )


def emit_people(ports: Ports, session: CourseSession, name: str, people: Sequence[Person]) -> None:
    """Tell integrators who came or went."""
    catalog = session.course.catalog
    emit(
        ports,
        catalog=catalog,
        name=name,
        payload={
            "session": str(session.pk),
            "code": session.code,
            "people": [str(person.pk) for person in people],
        },
    )


def record_people(
    ports: Ports, session: CourseSession, actor: Actor, action: str, people: Sequence[Person]
) -> None:
    """Write the audit row; the names are in the enrolments."""
    catalog = session.course.catalog
    record(
        ports,
        actor=actor,
        catalog=catalog,
        action=action,
        subject=f"session:{session.code}",
        after={"people": len(people)},
    )
