"""Groups of sessions, and who comes along to a session that joins others."""

from __future__ import annotations

from datetime import timedelta
from types import EllipsisType

import pytest

from classbell.domain.courses.drafts import copy_session, publish_session
from classbell.domain.courses.enrol import enrol, give_places
from classbell.domain.courses.groups import (
    GroupDetails,
    create_group,
    delete_group,
    update_group,
)
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.session_rows import lock_session
from classbell.domain.courses.sessions import create_session, update_session
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    Course,
    CourseSession,
    EnrolmentState,
    SessionGroup,
)
from tests.domain.courses.stage import Stage, having, names, people
from tests.support import NOW, a_group, a_session

pytestmark = [pytest.mark.django_db, pytest.mark.store]


def a_grouped(stage: Stage, *, seats: int | None = None, waits: bool = False) -> CourseSession:
    """Return a session that is alone in its group so far."""
    session = a_session(stage.cast.catalog, "A")
    Course.objects.filter(pk=session.course_id).update(waiting_list=waits)
    session.group = a_group(session.course, seats=seats)
    session.save(update_fields=["group"])
    return read(session)


def read(session: CourseSession) -> CourseSession:
    return CourseSession.objects.select_related("course__catalog", "group").get(pk=session.pk)


def a_later(stage: Stage, *, published: bool = True, seats: int | None = 20) -> CourseSession:
    """Return another session of the course, a day after the first."""
    return read(
        a_session(
            stage.cast.catalog,
            "B",
            starts_at=NOW + timedelta(days=9),
            published=published,
            seats=seats,
        )
    )


def moved(
    stage: Stage, session: CourseSession, group: SessionGroup | EllipsisType | None
) -> CourseSession:
    """Put a session into a group as its admin does."""
    update_session(
        stage.ports,
        session=session,
        details=details_of(session),
        actor=stage.owner,
        group=group,
    )
    return read(session)


def test_a_session_put_into_a_group_takes_its_people_along_and_tells_each_once(
    stage: Stage,
) -> None:
    first = a_grouped(stage)
    ana, bo = people(2)
    enrol(stage.ports, session=first, people=[bo, ana], actor=stage.owner)
    second = moved(stage, a_later(stage), first.group)
    assert having(second) == names(bo, ana)
    assert stage.told() == [{str(ana.pk), str(bo.pk)}] * 2
    assert stage.is_asked(second.pk)
    assert AuditEntry.objects.filter(action="session.taken_along").count() == 1
    moved(stage, second, first.group)
    assert len(stage.told()) == 2, "nothing changed, so nobody is told anything"


def test_a_draft_takes_nobody_along_before_it_is_published(stage: Stage) -> None:
    first = a_grouped(stage)
    (ana,) = people(1)
    enrol(stage.ports, session=first, people=[ana], actor=stage.owner)
    draft = moved(stage, a_later(stage, published=False), first.group)
    assert having(draft) == []
    publish_session(stage.ports, session=draft, actor=stage.owner)
    assert having(draft) == names(ana)


def test_a_copy_belongs_to_the_same_group(stage: Stage) -> None:
    first = a_grouped(stage)
    copy = copy_session(
        stage.ports,
        session=first,
        code="C",
        starts=details_of(first).starts + timedelta(days=2),
        actor=stage.owner,
    )
    assert copy.session.group == first.group


def test_who_waits_for_the_group_waits_for_the_new_session_too(stage: Stage) -> None:
    first = a_grouped(stage, seats=1, waits=True)
    a_second = a_later(stage)
    moved(stage, a_second, first.group)
    ana, bo = people(2)
    enrol(stage.ports, session=read(first), people=[ana, bo], actor=stage.owner)
    assert having(a_second, EnrolmentState.WAITING) == names(bo)
    third = a_session(stage.cast.catalog, "C", starts_at=NOW + timedelta(days=10))
    moved(stage, read(third), first.group)
    assert having(third) == names(ana)
    assert having(third, EnrolmentState.WAITING) == names(bo)


def test_in_a_course_of_all_sessions_a_new_one_takes_everybody_along(stage: Stage) -> None:
    first = a_session(stage.cast.catalog, "A")
    Course.objects.filter(pk=first.course_id).update(enrolment_type="all")
    (ana,) = people(1)
    enrol(stage.ports, session=read(first), people=[ana], actor=stage.owner)
    made = create_session(
        stage.ports,
        course=read(first).course,
        code="Z",
        details=details_of(first),
        actor=stage.owner,
    )
    assert having(made.session) == names(ana)


def test_a_session_too_small_for_the_group_is_refused_and_stays_alone(stage: Stage) -> None:
    first = a_grouped(stage)
    enrol(stage.ports, session=first, people=people(2), actor=stage.owner)
    small = a_later(stage, seats=1)
    with pytest.raises(InvalidInput, match="2 people take «Morning»") as caught:
        moved(stage, small, first.group)
    assert caught.value.field == "seats"
    assert read(small).group is None
    assert having(small) == []


def test_a_session_with_learners_changes_no_group(stage: Stage) -> None:
    first, second = a_grouped(stage), a_later(stage)
    enrol(stage.ports, session=second, people=people(1), actor=stage.owner)
    with pytest.raises(InvalidInput, match="Somebody is enrolled") as caught:
        moved(stage, second, first.group)
    assert caught.value.field == "group"


def test_seats_added_to_a_group_go_to_those_who_wait(stage: Stage) -> None:
    first = a_grouped(stage, seats=1, waits=True)
    second = moved(stage, a_later(stage), first.group)
    ana, bo = people(2)
    enrol(stage.ports, session=read(first), people=[ana, bo], actor=stage.owner)
    group = SessionGroup.objects.select_related("course__catalog").get()
    assert update_group(
        stage.ports, group=group, details=GroupDetails("Morning", seats=2), actor=stage.owner
    )
    assert having(second) == names(ana, bo)
    with pytest.raises(InvalidInput, match="2 learners take the group"):
        update_group(
            stage.ports, group=group, details=GroupDetails("Morning", seats=1), actor=stage.owner
        )


def test_an_import_finds_no_seat_where_the_group_has_none_or_others_wait(stage: Stage) -> None:
    first = a_grouped(stage, seats=2, waits=True)
    second = moved(stage, a_later(stage), first.group)
    ana, bo, cy, di = people(4)
    enrol(stage.ports, session=read(first), people=[ana, bo, cy], actor=stage.owner)
    with pytest.raises(InvalidInput, match="0 of 2 seats left"):
        give_places(stage.ports, lock_session(second.pk), [di])
    SessionGroup.objects.update(seats=3)
    with pytest.raises(InvalidInput, match="Learner No2 waits for a place"):
        give_places(stage.ports, lock_session(second.pk), [di])


def test_only_an_empty_group_is_removed(stage: Stage) -> None:
    session = a_grouped(stage)
    group = SessionGroup.objects.select_related("course__catalog").get()
    with pytest.raises(InvalidInput, match="has 1 session"):
        delete_group(stage.ports, group=group, actor=stage.owner)
    moved(stage, session, None)
    delete_group(stage.ports, group=group, actor=stage.owner)
    assert not SessionGroup.objects.exists()


def test_a_group_has_a_code_of_its_own_and_a_meaning(stage: Stage) -> None:
    course = read(a_session(stage.cast.catalog)).course
    details = GroupDetails("Morning")
    create_group(stage.ports, course=course, code="G", details=details, actor=stage.owner)
    with pytest.raises(InvalidInput, match="a group «G» in this course already"):
        create_group(stage.ports, course=course, code="G", details=details, actor=stage.owner)
    Course.objects.update(enrolment_type="all")
    with pytest.raises(InvalidInput, match="all sessions are taken together"):
        create_group(stage.ports, course=course, code="H", details=details, actor=stage.owner)


def test_owner_may_make_groups_colleague_and_stranger_may_not(stage: Stage) -> None:
    course = read(a_session(stage.cast.catalog)).course
    group = a_group(course)
    group = SessionGroup.objects.select_related("course__catalog").get(pk=group.pk)
    details = GroupDetails("Evening")
    for actor, refusal in (
        (Actor.of(stage.cast.colleague), NotAllowed),
        (Actor.of(stage.cast.stranger), NotFoundHere),
    ):
        with pytest.raises(refusal):
            create_group(stage.ports, course=course, code="X", details=details, actor=actor)
        with pytest.raises(refusal):
            update_group(stage.ports, group=group, details=details, actor=actor)
        with pytest.raises(refusal):
            delete_group(stage.ports, group=group, actor=actor)
    assert SessionGroup.objects.get().title == "Morning"
