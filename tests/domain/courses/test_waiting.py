"""The waiting list and places that are taken together: order, promotion, change of session."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.courses.change_place import change_place
from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.session_details import SessionDetails
from classbell.domain.courses.sessions import update_session
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    Course,
    CourseSession,
    EnrolmentState,
    SessionGroup,
    WorkItem,
)
from tests.domain.courses.stage import Stage, having, names, people
from tests.support import NOW, a_session

pytestmark = [pytest.mark.django_db, pytest.mark.store]


def a_course_with(
    stage: Stage, *codes: str, seats: int = 1, **chosen: object
) -> list[CourseSession]:
    """Return sessions of one course that has a waiting list, a day apart."""
    sessions = [
        a_session(stage.cast.catalog, code, seats=seats, starts_at=NOW + timedelta(days=8 + number))
        for number, code in enumerate(codes)
    ]
    Course.objects.filter(pk=sessions[0].course_id).update(waiting_list=True, **chosen)
    return list(CourseSession.objects.select_related("course__catalog").order_by("starts_at"))


def details_of(session: CourseSession, seats: int) -> SessionDetails:
    return SessionDetails(
        title=session.title,
        starts=session.starts_at.replace(tzinfo=None),
        ends=session.ends_at.replace(tzinfo=None),
        time_zone="UTC",
        seats=seats,
    )


def test_who_finds_no_place_waits_in_the_order_given_and_is_told(stage: Stage) -> None:
    (session,) = a_course_with(stage, "A")
    ana, bo, cy = people(3)
    done = enrol(stage.ports, session=session, people=[ana, bo, cy], actor=stage.owner)
    assert (done.new, done.waiting) == ((ana,), (bo, cy))
    assert stage.told() == [{str(ana.pk)}]
    assert stage.told("waiting_list_joined") == [{str(bo.pk), str(cy.pk)}]
    assert having(session, EnrolmentState.WAITING) == names(bo, cy)


def test_asking_again_keeps_the_turn_and_tells_nobody(stage: Stage) -> None:
    (session,) = a_course_with(stage, "A")
    ana, bo, cy = people(3)
    enrol(stage.ports, session=session, people=[ana, bo, cy], actor=stage.owner)
    stage.clock.advance(timedelta(hours=1))
    again = enrol(stage.ports, session=session, people=[bo], actor=stage.owner)
    assert (again.new, again.waiting) == ((), (bo,))
    assert having(session, EnrolmentState.WAITING) == names(bo, cy)
    assert len(stage.told("waiting_list_joined")) == 1


def test_a_freed_place_goes_to_who_waits_longest(stage: Stage) -> None:
    (session,) = a_course_with(stage, "A")
    ana, bo, cy = people(3)
    enrol(stage.ports, session=session, people=[ana, bo, cy], actor=stage.owner)
    WorkItem.objects.all().delete()
    unenrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    assert having(session) == names(bo)
    assert having(session, EnrolmentState.WAITING) == names(cy)
    assert stage.told("place_offered") == [{str(bo.pk)}]
    assert stage.is_asked(session.pk)
    (row,) = AuditEntry.objects.filter(action="session.place_given")
    assert (row.actor_name, row.after) == ("Classbell", {"people": 1})


def test_leaving_the_waiting_list_frees_no_place(stage: Stage) -> None:
    (session,) = a_course_with(stage, "A")
    ana, bo, cy = people(3)
    enrol(stage.ports, session=session, people=[ana, bo, cy], actor=stage.owner)
    assert unenrol(stage.ports, session=session, people=[bo], actor=stage.owner) == (bo,)
    assert having(session) == names(ana)
    assert having(session, EnrolmentState.WAITING) == names(cy)
    assert stage.told("place_offered") == []


def test_more_seats_go_to_those_who_wait(stage: Stage) -> None:
    (session,) = a_course_with(stage, "A")
    ana, bo, cy, di = people(4)
    enrol(stage.ports, session=session, people=[ana, bo, cy, di], actor=stage.owner)
    update_session(stage.ports, session=session, details=details_of(session, 3), actor=stage.owner)
    assert having(session) == names(ana, bo, cy)
    assert having(session, EnrolmentState.WAITING) == names(di)


def test_what_has_begun_gives_no_place_to_those_who_wait(stage: Stage) -> None:
    (session,) = a_course_with(stage, "A")
    ana, bo = people(2)
    enrol(stage.ports, session=session, people=[ana, bo], actor=stage.owner)
    stage.clock.advance(session.starts_at - stage.clock.now() + timedelta(minutes=1))
    unenrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    assert having(session) == []


def test_all_sessions_of_a_course_are_taken_and_left_together(stage: Stage) -> None:
    first, second = a_course_with(stage, "A", "B", seats=9, enrolment_type="all")
    Course.objects.update(seats=1)
    ana, bo = people(2)
    enrol(stage.ports, session=second, people=[ana, bo], actor=stage.owner)
    assert having(first) == having(second) == names(ana)
    assert having(first, EnrolmentState.WAITING) == names(bo)
    unenrol(stage.ports, session=first, people=[ana], actor=stage.owner)
    assert having(first) == having(second) == names(bo)
    assert stage.told("place_offered") == [{str(bo.pk)}]


def test_a_group_has_its_own_seats_and_deadline(stage: Stage) -> None:
    first, second, alone = a_course_with(stage, "A", "B", "C", seats=9)
    group = SessionGroup.objects.create(
        course_id=first.course_id, code="G", title="Evenings", seats=1, created_at=NOW
    )
    CourseSession.objects.filter(pk__in=[first.pk, second.pk]).update(group=group)
    ana, bo = people(2)
    done = enrol(stage.ports, session=first, people=[ana, bo], actor=stage.owner)
    assert (done.new, done.waiting) == ((ana,), (bo,))
    assert having(second) == names(ana)
    assert having(alone) == []
    SessionGroup.objects.update(enrolment_deadline=NOW - timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="deadline of «Evenings» has passed"):
        enrol(stage.ports, session=first, people=people(3)[2:], actor=stage.owner)


def test_one_session_is_enough_where_the_course_says_so(stage: Stage) -> None:
    first, second = a_course_with(stage, "A", "B", enrolment_type="single")
    (ana,) = people(1)
    enrol(stage.ports, session=first, people=[ana], actor=stage.owner)
    with pytest.raises(InvalidInput, match="one session is enough"):
        enrol(stage.ports, session=second, people=[ana], actor=stage.owner)
    assert having(second) == []


def test_changing_session_frees_one_takes_the_other_and_promotes(stage: Stage) -> None:
    first, second = a_course_with(stage, "A", "B", enrolment_type="single")
    ana, bo = people(2)
    enrol(stage.ports, session=first, people=[ana, bo], actor=stage.owner)
    change_place(stage.ports, person=ana, leave=first, take=second, actor=stage.owner)
    assert having(first) == names(bo)
    assert having(second) == names(ana)
    assert stage.told("place_offered") == [{str(bo.pk)}]


def test_a_full_session_cannot_be_changed_to_and_nothing_is_lost(stage: Stage) -> None:
    first, second = a_course_with(stage, "A", "B")
    ana, bo = people(2)
    enrol(stage.ports, session=first, people=[ana], actor=stage.owner)
    enrol(stage.ports, session=second, people=[bo], actor=stage.owner)
    with pytest.raises(InvalidInput, match="no free place"):
        change_place(stage.ports, person=ana, leave=first, take=second, actor=stage.owner)
    assert (having(first), having(second)) == (names(ana), names(bo))
    with pytest.raises(InvalidInput, match="not enrolled"):
        change_place(stage.ports, person=bo, leave=first, take=second, actor=stage.owner)


def test_owner_may_change_places_colleague_and_stranger_may_not(stage: Stage) -> None:
    first, second = a_course_with(stage, "A", "B")
    (ana,) = people(1)
    enrol(stage.ports, session=first, people=[ana], actor=stage.owner)
    for actor, refusal in (
        (Actor.of(stage.cast.colleague), NotAllowed),
        (Actor.of(stage.cast.stranger), NotFoundHere),
    ):
        with pytest.raises(refusal):
            change_place(stage.ports, person=ana, leave=first, take=second, actor=actor)
    assert having(first) == names(ana)
