"""What instructors, learners and admins are told by mail, and by nothing else, about a session."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.courses.change_place import change_place
from classbell.domain.courses.enrol import enrol, unenrol
from classbell.domain.courses.importing.apply import apply_import
from classbell.domain.courses.session_details import details_of
from classbell.domain.courses.session_room import move_session_room
from classbell.domain.courses.sessions import cancel_session, create_session, update_session
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.organisations.people import grant_role
from classbell.domain.scheduling.reconcile import reconcile
from classbell.storage.models import (
    AccountState,
    Course,
    CourseSession,
    EnrolmentState,
    EnrolmentType,
    Notification,
    Person,
    Role,
)
from tests.domain.courses.programme import a_row, plan_of
from tests.domain.courses.stage import Stage, having, names, people
from tests.support import NOW, a_person, a_session, an_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.store]

HARBOUR, MEADOW = "harbour@contoso.example", "meadow@contoso.example"
ASSIGNED, REMOVED, MOVED = "instructor_assigned", "instructor_removed", "room_moved"
ENDED, CHOOSE = "enrolment_cancelled", "session_needs_choosing"


def ids(*found: Person) -> set[str]:
    return {str(person.pk) for person in found}


def change(
    stage: Stage, session: CourseSession, *instructors: Person, **details: object
) -> CourseSession:
    changed = replace(details_of(session), **details)  # type: ignore[arg-type]  # any field
    return update_session(
        stage.ports,
        session=session,
        details=changed,
        actor=stage.owner,
        instructors=instructors,
    ).session


def bring_in(stage: Stage) -> None:
    catalog = stage.cast.catalog
    plan = plan_of(stage.ports, catalog, [a_row()])
    apply_import(stage.ports, catalog=catalog, plan=plan, actor=stage.owner)


def reconciled(stage: Stage, session: CourseSession) -> None:
    reconcile(stage.ports, mailbox_lane(stage.account), str(session.pk))


def without_calendar(stage: Stage) -> None:
    stage.account.granted_scopes = ["Mail.Send", "User.Read"]
    stage.account.save()


def test_who_teaches_from_now_on_is_told_once(stage: Stage) -> None:
    zoe, jonas = a_person("Zoé Dubois"), a_person("Jonas Weber")
    session = a_session(stage.cast.catalog)
    change(stage, session, zoe)
    stage.clock.advance(timedelta(seconds=1))
    change(stage, session, zoe, jonas)
    change(stage, session, zoe, jonas, seats=10)
    assert stage.told(ASSIGNED) == [ids(zoe), ids(jonas)]


def test_instructors_of_a_new_session_are_told_and_those_of_a_draft_when_it_is_published(
    stage: Stage,
) -> None:
    zoe = a_person("Zoé Dubois")
    model = a_session(stage.cast.catalog)

    def create(code: str, *, published: bool) -> CourseSession:
        return create_session(
            stage.ports,
            course=model.course,
            code=code,
            details=replace(details_of(model), published=published),
            actor=stage.owner,
            instructors=[zoe],
        ).session

    create("NEW", published=True)
    draft = create("DRAFT", published=False)
    assert stage.told(ASSIGNED) == [ids(zoe)]
    change(stage, draft, zoe, published=True)
    assert stage.told(ASSIGNED) == [ids(zoe), ids(zoe)]


def test_without_the_calendar_the_invitation_says_it_and_nothing_else(stage: Stage) -> None:
    without_calendar(stage)
    zoe, session = a_person("Zoé Dubois"), a_session(stage.cast.catalog)
    change(stage, session, zoe)
    assert stage.told(ASSIGNED) == []
    reconciled(stage, session)
    assert stage.told(ASSIGNED) == [ids(zoe)]
    assert stage.told("session_invitation") == []
    change(stage, session)
    assert stage.told(REMOVED) == [], "the mail with the file for the calendar tells it"
    reconciled(stage, session)
    assert stage.told(REMOVED) == [ids(zoe)]


def test_while_the_account_is_lost_instructors_are_told_at_once(stage: Stage) -> None:
    without_calendar(stage)
    stage.account.state = AccountState.LOST
    stage.account.save()
    zoe, session = a_person("Zoé Dubois"), a_session(stage.cast.catalog)
    change(stage, session, zoe)
    assert stage.told(ASSIGNED) == [ids(zoe)]


def test_outlook_tells_those_on_the_entry_that_they_teach_no_more(stage: Stage) -> None:
    zoe, jonas = a_person("Zoé Dubois"), a_person("Jonas Weber")
    session = a_session(stage.cast.catalog)
    change(stage, session, zoe)
    reconciled(stage, session)
    change(stage, session, zoe, jonas)
    change(stage, session)
    assert stage.told(REMOVED) == [ids(jonas)], "Jonas had not been put on the entry yet"


def test_an_instructor_who_stays_as_a_learner_is_told_by_nothing_else(stage: Stage) -> None:
    zoe, session = a_person("Zoé Dubois"), a_session(stage.cast.catalog)
    an_enrolment(session, zoe)
    change(stage, session, zoe)
    reconciled(stage, session)
    change(stage, session)
    assert stage.told(REMOVED) == [ids(zoe)]


def test_an_import_tells_instructors_like_a_form_does(stage: Stage) -> None:
    bring_in(stage)
    bring_in(stage)
    zoe = Person.objects.get(address="zoe.dubois@contoso.example")
    assert stage.told(ASSIGNED) == [ids(zoe)]


@pytest.mark.parametrize("way", ["command", "form"])
def test_other_admins_of_catalog_and_course_hear_of_another_room(stage: Stage, way: str) -> None:
    session = a_session(stage.cast.catalog, room_address=HARBOUR)
    beside, of_course = a_person("Ida Lund"), a_person("Per Holm")
    catalog = stage.cast.catalog
    grant_role(stage.ports, beside, Role.CATALOG_ADMIN, catalog=catalog, actor=OPERATOR)
    of_course.roles.create(role=Role.COURSE_ADMIN, course=session.course, granted_at=NOW)
    for _ in range(2):
        if way == "form":
            change(stage, session, room_address=MEADOW)
        else:
            move_session_room(stage.ports, session=session, address=MEADOW, actor=stage.owner)
    assert stage.told(MOVED) == [ids(beside, of_course)]
    assert Notification.objects.get(kind=MOVED).context == {
        "session": str(session.pk),
        "former": HARBOUR,
        "room": MEADOW,
    }


def test_a_room_that_is_chosen_or_given_up_or_a_drafts_is_no_move(stage: Stage) -> None:
    beside = a_person("Ida Lund")
    catalog = stage.cast.catalog
    grant_role(stage.ports, beside, Role.CATALOG_ADMIN, catalog=catalog, actor=OPERATOR)
    session = change(stage, a_session(catalog), room_address=HARBOUR)
    change(stage, session, room_address="")
    draft = a_session(catalog, "DRAFT", published=False, room_address=HARBOUR)
    change(stage, draft, room_address=MEADOW)
    assert stage.told(MOVED) == []


def test_who_is_unenrolled_before_any_invitation_is_told_by_mail(stage: Stage) -> None:
    ana, bo = people(2)
    session = a_session(stage.cast.catalog)
    enrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    reconciled(stage, session)
    enrol(stage.ports, session=session, people=[bo], actor=stage.owner)
    unenrol(stage.ports, session=session, people=[ana, bo], actor=stage.owner)
    assert stage.told(ENDED) == [ids(bo)], "Outlook takes Ana off the entry and tells her"


def test_who_was_to_be_invited_by_mail_and_was_not_yet_is_told_nothing(stage: Stage) -> None:
    without_calendar(stage)
    ana, bo = people(2)
    session = a_session(stage.cast.catalog)
    enrol(stage.ports, session=session, people=[ana], actor=stage.owner)
    reconciled(stage, session)
    enrol(stage.ports, session=session, people=[bo], actor=stage.owner)
    unenrol(stage.ports, session=session, people=[ana, bo], actor=stage.owner)
    reconciled(stage, session)
    assert stage.told(ENDED) == []
    assert stage.told("session_unenrolled") == [ids(ana)]


def test_who_waits_no_more_is_told_once_for_all_they_waited_for(stage: Stage) -> None:
    sessions = [a_session(stage.cast.catalog, code, seats=1) for code in "AB"]
    Course.objects.update(waiting_list=True, enrolment_type=EnrolmentType.ALL)
    ana, bo = people(2)
    enrol(stage.ports, session=sessions[0], people=[ana, bo], actor=stage.owner)
    unenrol(stage.ports, session=sessions[0], people=[bo], actor=stage.owner)
    assert stage.told(ENDED) == [ids(bo)]
    assert Notification.objects.get(kind=ENDED).context["ended"] == "waiting"


def test_a_change_of_session_tells_of_both(stage: Stage) -> None:
    leave, take = (a_session(stage.cast.catalog, code) for code in "AB")
    (ana,) = people(1)
    enrol(stage.ports, session=leave, people=[ana], actor=stage.owner)
    change_place(stage.ports, person=ana, leave=leave, take=take, actor=stage.owner)
    assert Notification.objects.get(kind=ENDED).context["session"] == str(leave.pk)
    confirmed = Notification.objects.filter(kind="enrolment_confirmed")
    assert {one.context["session"] for one in confirmed} == {str(leave.pk), str(take.pk)}
    assert having(take) == names(ana)


@pytest.fixture
def single(stage: Stage) -> list[CourseSession]:
    """Give three sessions, a day apart, of a course of which one is enough."""
    for number, code in enumerate("ABC"):
        a_session(stage.cast.catalog, code, starts_at=NOW + timedelta(days=8 + number), seats=2)
    Course.objects.update(enrolment_type=EnrolmentType.SINGLE, waiting_list=True)
    return list(CourseSession.objects.select_related("course__catalog").order_by("starts_at"))


def test_learners_of_a_cancelled_session_are_asked_to_choose_another(
    stage: Stage, single: list[CourseSession]
) -> None:
    first, second, third = single
    ana, bo, cy, *others = people(5)
    enrol(stage.ports, session=first, people=[ana, bo, cy], actor=stage.owner)
    enrol(stage.ports, session=second, people=others, actor=stage.owner)
    assert having(first, EnrolmentState.WAITING) == names(cy)
    cancel_session(stage.ports, session=first, actor=stage.owner)
    cancel_session(stage.ports, session=first, actor=stage.owner)
    assert stage.told(CHOOSE) == [ids(ana, bo, cy)]
    asked = Notification.objects.get(kind=CHOOSE)
    assert asked.context["open"] == str(third.pk), "the second is full"
    assert asked.expires_at == third.starts_at


def test_nobody_is_asked_to_choose_where_there_is_nothing_to_choose(
    stage: Stage, single: list[CourseSession]
) -> None:
    first, second, third = single
    (ana,) = people(1)
    enrol(stage.ports, session=third, people=[ana], actor=stage.owner)
    for session in (first, second, third):
        cancel_session(stage.ports, session=session, actor=stage.owner)
    assert stage.told(CHOOSE) == []


def test_where_several_may_be_taken_nobody_has_to_choose(
    stage: Stage, single: list[CourseSession]
) -> None:
    Course.objects.update(enrolment_type=EnrolmentType.MULTIPLE)
    (ana,) = people(1)
    first = CourseSession.objects.get(pk=single[0].pk)
    enrol(stage.ports, session=first, people=[ana], actor=stage.owner)
    cancel_session(stage.ports, session=first, actor=stage.owner)
    assert stage.told(CHOOSE) == []
