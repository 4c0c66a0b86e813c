"""Enrolling: seats, deadlines and repeats; and what one enrolment sets in motion."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    DomainEvent,
    Enrolment,
    EnrolmentState,
    Notification,
    WorkItem,
)
from tests.domain.courses.stage import Stage, people
from tests.support import NOW, a_person, a_session, an_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.store]


def test_enrolling_is_one_act_with_all_its_consequences(stage: Stage) -> None:
    session = a_session(stage.cast.catalog)
    ana, bo = people(2)
    done = enrol(stage.ports, session=session, people=[ana, bo], actor=stage.owner)
    assert done.new == (ana, bo)
    assert stage.told() == [{str(ana.pk), str(bo.pk)}]
    assert Notification.objects.get().context == {"session": str(session.pk)}
    assert stage.asked() == {str(session.pk): timedelta(seconds=5)}
    (event,) = DomainEvent.objects.filter(name="session.enrolled")
    assert event.payload["people"] == [str(ana.pk), str(bo.pk)]
    (row,) = AuditEntry.objects.filter(action="session.enrolled")
    assert row.after == {"people": 2}


def test_enrolling_again_is_harmless_and_tells_nobody(stage: Stage) -> None:
    session = a_session(stage.cast.catalog)
    ana, bo = people(2)
    enrol(stage.ports, session=session, people=[ana, ana], actor=stage.owner)
    WorkItem.objects.all().delete()
    again = enrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    assert (again.new, again.already) == ((), (ana,))
    assert not stage.asked()
    stage.clock.advance(timedelta(minutes=1))
    both = enrol(stage.ports, session=session, people=[ana, bo], actor=stage.owner)
    assert (both.new, both.already) == ((bo,), (ana,))
    assert stage.told() == [{str(ana.pk)}, {str(bo.pk)}]
    assert Enrolment.objects.count() == 2


def test_more_than_the_seats_are_refused_whole_with_how_many_are_left(stage: Stage) -> None:
    session = a_session(stage.cast.catalog, seats=3)
    ana, *others = people(4)
    enrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    with pytest.raises(InvalidInput) as refused:
        enrol(stage.ports, session=session, people=others, actor=stage.owner)
    assert refused.value.field == "seats"
    assert "2 of 3 seats left" in refused.value.what
    assert Enrolment.objects.count() == 1
    enrol(stage.ports, session=session, people=[ana, *others[:2]], actor=stage.owner)
    assert Enrolment.objects.count() == 3


def test_without_a_limit_there_is_always_a_seat(stage: Stage) -> None:
    session = a_session(stage.cast.catalog, seats=None)
    assert len(enrol(stage.ports, session=session, people=people(40), actor=OPERATOR).new) == 40


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"starts_at": NOW - timedelta(hours=3)}, "is over"),
        ({"cancelled_at": NOW}, "cancelled"),
        ({"published": False}, "draft"),
        ({"enrolment_deadline": NOW - timedelta(seconds=1)}, "deadline"),
    ],
)
def test_a_session_that_takes_nobody_says_why(
    stage: Stage, chosen: dict[str, object], words: str
) -> None:
    session = a_session(stage.cast.catalog, **chosen)  # type: ignore[arg-type]  # any field
    with pytest.raises(InvalidInput, match=words):
        enrol(stage.ports, session=session, people=people(1), actor=stage.owner)
    assert not Enrolment.objects.exists()
    assert not Notification.objects.exists()


def test_a_session_under_way_still_takes_people(stage: Stage) -> None:
    session = a_session(stage.cast.catalog, starts_at=NOW - timedelta(hours=1))
    assert enrol(stage.ports, session=session, people=people(1), actor=stage.owner).new


def test_owner_may_colleague_and_stranger_may_not(stage: Stage) -> None:
    session = a_session(stage.cast.catalog)
    for actor, refusal in (
        (Actor.of(stage.cast.colleague), NotAllowed),
        (Actor.of(stage.cast.stranger), NotFoundHere),
    ):
        with pytest.raises(refusal):
            enrol(stage.ports, session=session, people=people(1), actor=actor)
        with pytest.raises(refusal):
            unenrol(stage.ports, session=session, people=people(1), actor=actor)
    assert not Enrolment.objects.exists()


def test_nobody_of_another_organisation_can_be_enrolled(stage: Stage) -> None:
    fabrikam = an_organisation("Fabrikam", stage.cast.foreign_catalog.organisation.tenant_id)
    session = a_session(stage.cast.catalog)
    with pytest.raises(NotFoundHere):
        enrol(stage.ports, session=session, people=[a_person("Eva", fabrikam)], actor=stage.owner)


def test_unenrolling_frees_the_seat_and_coming_back_is_told_again(stage: Stage) -> None:
    session = a_session(stage.cast.catalog, seats=1)
    ana, bo = people(2)
    enrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    assert unenrol(stage.ports, session=session, people=[ana, bo], actor=stage.owner) == (ana,)
    assert unenrol(stage.ports, session=session, people=[ana], actor=stage.owner) == ()
    enrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    assert Enrolment.objects.get().state == EnrolmentState.ENROLLED
    assert stage.told() == [{str(ana.pk)}, {str(ana.pk)}]


def test_without_a_connection_the_enrolment_stands_and_nothing_is_asked_for(stage: Stage) -> None:
    session = a_session(stage.cast.other_catalog, "SALES-1")
    enrol(stage.ports, session=session, people=people(1), actor=OPERATOR)
    assert Enrolment.objects.count() == 1
    assert not stage.asked()


def test_enrolling_many_costs_no_more_queries_than_enrolling_few(stage: Stage) -> None:
    counts = []
    for number, size in enumerate((1, 2, 60)):
        session = a_session(stage.cast.catalog, f"S-{number}", seats=None)
        learners = people(size)
        with CaptureQueriesContext(connection) as queries:
            enrol(stage.ports, session=session, people=learners, actor=OPERATOR)
        counts.append(len(queries))
    assert counts[1] == counts[2], "the first of all makes the lanes and does not count"
