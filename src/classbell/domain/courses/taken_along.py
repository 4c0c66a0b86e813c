"""A session that joins others which are taken together: whoever takes those takes it as well."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from classbell.domain.courses.enrolment_rows import (
    emit_people,
    record_people,
    tell_unless_invited_by_mail,
    tells_people,
    write_enrolments,
)
from classbell.domain.courses.offers import Offer, offer_of
from classbell.domain.organisations.audit import Actor
from classbell.domain.scheduling.request import request_attendees
from classbell.ports.bundle import Ports
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    EnrolmentType,
    Person,
)


def take_along(ports: Ports, session: CourseSession, actor: Actor) -> tuple[Person, ...]:
    """Enrol those who take the other sessions of a group or course, in the caller's transaction.

    They are enrolled in the order in which they got their places, and told once. Whoever waits for
    the others waits for this one too, in the same turn. Somebody who has a row in this session
    already is left alone. A session that stands alone, a draft and one that is over take nobody.

    Args:
        ports: the outside world.
        session: as read by ``lock_session``; published or put into its group just now.
        actor: who did that.

    Returns:
        Who has a place in it now that had none.

    Raises:
        InvalidInput: the session has fewer seats than people come along.
    """
    if not tells_people(ports, session) or not _is_taken_together(session):
        return ()
    offer = offer_of(ports, session)
    coming = _without_row(session, _people(session, offer, EnrolmentState.ENROLLED))
    waiting = _without_row(session, _people(session, offer, EnrolmentState.WAITING))
    _refuse_too_few_seats(session, offer, coming)
    if waiting:
        write_enrolments(ports, session, waiting, EnrolmentState.WAITING)
    if not coming:
        return ()
    write_enrolments(ports, session, coming, EnrolmentState.ENROLLED)
    emit_people(ports, session, "session.enrolled", coming)
    request_attendees(ports, session)
    tell_unless_invited_by_mail(ports, "enrolment_confirmed", session, coming)
    record_people(ports, session, actor, "session.taken_along", coming)
    return tuple(coming)


def come_along(ports: Ports, session: CourseSession) -> list[Person]:
    """Return who would be enrolled in a session, were it published now; in their order."""
    if not _is_taken_together(session):
        return []
    return _without_row(
        session, _people(session, offer_of(ports, session), EnrolmentState.ENROLLED)
    )


def _is_taken_together(session: CourseSession) -> bool:
    """Tell whether a session is taken with others, by its course or its group."""
    return session.course.enrolment_type == EnrolmentType.ALL or session.group_id is not None


def _people(session: CourseSession, offer: Offer, state: EnrolmentState) -> list[Person]:
    """Return who is in a state in the sessions that this one joins, in their order.

    Where none of them is still to come, the last that took place tells who takes part.
    """
    rows = Enrolment.objects.filter(state=state, session__in=_others(session, offer))
    found: dict[object, Person] = {}
    for row in rows.select_related("person").order_by("created_at", "id"):
        found.setdefault(row.person_id, row.person)
    return list(found.values())


def _others(session: CourseSession, offer: Offer) -> list[UUID]:
    """Return the ids of the sessions whose people count."""
    coming = [pk for pk in offer.ids if pk != session.pk]
    if coming:
        return coming
    before: QuerySet[CourseSession] = CourseSession.objects.filter(
        course=session.course, published=True, cancelled_at__isnull=True
    ).exclude(pk=session.pk)
    if session.course.enrolment_type != EnrolmentType.ALL:
        before = before.filter(group=session.group)
    return list(before.order_by("-ends_at").values_list("pk", flat=True)[:1])


def _without_row(session: CourseSession, people: list[Person]) -> list[Person]:
    """Return those who have neither a place in a session nor a turn."""
    having = set(
        Enrolment.objects.filter(session=session)
        .exclude(state=EnrolmentState.CANCELLED)
        .values_list("person_id", flat=True)
    )
    return [person for person in people if person.pk not in having]


def _refuse_too_few_seats(session: CourseSession, offer: Offer, coming: list[Person]) -> None:
    """Refuse a session in which those who come along would not fit."""
    if session.seats is None or not coming:
        return
    taken = Enrolment.objects.filter(session=session, state=EnrolmentState.ENROLLED).count()
    needed = taken + len(coming)
    if needed > session.seats:
        seats = session.seats
        raise InvalidInput(
            f"{needed} people take «{offer.title}», and this session has 1 seat."
            if seats == 1
            else f"{needed} people take «{offer.title}», and this session has {seats} seats.",
            field="seats",
            meaning="Whoever takes the others would take this one as well.",
            remedy=f"Give the session at least {needed} seats.",
        )
