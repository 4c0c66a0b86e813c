"""Tells instructors and admins what is new about a session, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from classbell.domain.courses.enrolment_rows import tell, tells_people
from classbell.domain.courses.session_rows import SessionNews
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.audit import Actor
from classbell.domain.scheduling.carried import teaching_told_by_mail, told_of_leaving
from classbell.ports.bundle import Ports
from classbell.storage.models import CourseSession, Enrolment, EnrolmentState, Person
from classbell.storage.queries.scheduling import admins_of


def tell_news(ports: Ports, session: CourseSession, news: SessionNews, actor: Actor) -> int:
    """Tell those who teach from now on or no more, and admins of another room.

    Nobody is told of a draft, nor of a session that is cancelled or over.

    Args:
        ports: the outside world.
        session: as it is stored now.
        news: what ``change_session`` returned.
        actor: who changed it; they know about the room.

    Returns:
        How many instructors are told.
    """
    if not tells_people(ports, session):
        return 0
    invited = teaching_told_by_mail(session, news.assigned)
    assigned = [one for one in news.assigned if one.pk not in invited]
    told = tell(ports, "instructor_assigned", session, assigned)
    told += tell(ports, "instructor_removed", session, _not_told(session, news.removed))
    tell_room_moved(ports, session, news.former_room, actor)
    return told


def tell_room_moved(ports: Ports, session: CourseSession, former: str, actor: Actor) -> None:
    """Tell the session's admins, except whoever did it, that it takes place in another room.

    A room that is chosen or given up is no move: there is nothing that somebody could look for in
    vain.

    Args:
        ports: the outside world.
        session: as it is stored now.
        former: mailbox address of the room it had; empty without one.
        actor: who moved it.
    """
    new = session.room_address
    if not former or not new or former == new or not tells_people(ports, session):
        return
    knows = actor.person.pk if actor.person is not None else None
    catalog = session.course.catalog
    notify(
        ports,
        kind="room_moved",
        organisation_id=catalog.organisation_id,
        catalog=catalog,
        audience=[admin for admin in admins_of(session) if admin != knows],
        context={"session": str(session.pk), "former": former, "room": new},
    )


def _not_told(session: CourseSession, people: Sequence[Person]) -> list[Person]:
    """Return whom neither the entry nor a mail in its place tells that they teach no more.

    Whoever stays as a learner stays on the entry, which then says nothing.
    """
    if not people:
        return []
    told = told_of_leaving(session, people) - _learning(session, people)
    return [person for person in people if person.pk not in told]


def _learning(session: CourseSession, people: Sequence[Person]) -> frozenset[UUID]:
    """Return who of some people has a place in the session."""
    rows = Enrolment.objects.filter(
        session=session, person__in=people, state=EnrolmentState.ENROLLED
    )
    return frozenset(rows.values_list("person_id", flat=True))
