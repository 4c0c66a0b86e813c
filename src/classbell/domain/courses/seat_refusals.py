"""Refusing to enrol people: no seat is left, others come first, or one session is enough."""

from __future__ import annotations

from collections.abc import Sequence

from classbell.domain.courses.offers import Offer, places_left
from classbell.domain.courses.waiting import waiting_people
from classbell.ports.errors import InvalidInput
from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    EnrolmentType,
    Person,
)

NOBODY = "Nobody was enrolled."


def refuse_second_choice(offer: Offer, people: Sequence[Person]) -> None:
    """Refuse another session of a course of which one is enough."""
    course = offer.sessions[0].course
    if course.enrolment_type != EnrolmentType.SINGLE:
        return
    other = (
        Enrolment.objects.filter(
            session__course=course, person__in=people, session__cancelled_at__isnull=True
        )
        .exclude(state=EnrolmentState.CANCELLED)
        .exclude(session__in=offer.ids)
        .select_related("person", "session")
        .order_by("created_at", "id")
        .first()
    )
    if other is not None:
        raise InvalidInput(
            f"{other.person.name} has «{other.session.title}» of this course, and one session "
            "is enough here.",
            field="people",
            meaning=NOBODY,
            remedy="Change their session instead of enrolling them again.",
        )


def refuse_beside_the_others(offer: Offer, session: CourseSession, new: Sequence[Person]) -> None:
    """Refuse people in one session whom the whole has no seat for, or who would overtake others."""
    rows = Enrolment.objects.filter(session__in=offer.ids, state=EnrolmentState.ENROLLED)
    inside = set(rows.values_list("person_id", flat=True))
    coming = [person for person in new if person.pk not in inside]
    left = places_left(offer)
    if left is None or not coming:
        return
    refuse_too_many(offer, left, len(coming))
    chosen = {person.pk for person in new}
    waiting = [one for one in waiting_people(offer) if one.pk not in chosen] if offer.waits else []
    if len(coming) > max(left - len(waiting), 0):
        raise InvalidInput(
            f"{waiting[0].name} waits for a place in «{session.title}» and comes first.",
            field="people",
            meaning=NOBODY,
            remedy="Give the session more seats, or enrol fewer people.",
        )


def refuse_too_many(offer: Offer, left: int | None, asked: int) -> None:
    """Refuse more learners than there are seats left, saying how many are."""
    if left is None or asked <= left:
        return
    limits = [one.seats for one in offer.sessions if one.seats is not None]
    if offer.seats is not None:
        limits.append(offer.seats)
    seats = min(limits)
    raise InvalidInput(
        f"«{offer.title}» has {left} of {seats} seats left, and 1 person needs one."
        if asked == 1
        else f"«{offer.title}» has {left} of {seats} seats left, and {asked} people need one.",
        field="seats",
        meaning=NOBODY,
        remedy="Give the session more seats, or enrol fewer people.",
    )
