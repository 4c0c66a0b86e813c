"""Carrying out an import: all or nothing, once, and silent about the past."""

from __future__ import annotations

from uuid import uuid4

import pytest

from classbell.domain.courses.enrol import enrol
from classbell.domain.courses.importing.apply import ImportResult, apply_import
from classbell.domain.courses.importing.planned import Counts
from classbell.domain.courses.importing.row_problems import ImportRefused
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    AuditEntry,
    Course,
    CourseSession,
    DomainEvent,
    Enrolment,
    Notification,
    Person,
    RoleAssignment,
    WorkItem,
)
from tests.domain.courses.programme import a_row, an_enrolment_row, plan_of
from tests.domain.courses.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.store]

PAST = {"start": "2026-11-02T09:00", "end": "2026-11-02T11:00"}
Rows = list[dict[str, str]]


def bring_in(
    stage: Stage, sessions: Rows, enrolments: Rows, *, partial: bool = False
) -> ImportResult:
    plan = plan_of(stage.ports, stage.cast.catalog, sessions, enrolments)
    return apply_import(
        stage.ports, catalog=stage.cast.catalog, plan=plan, actor=stage.owner, partial=partial
    )


def rows_written() -> dict[str, int]:
    models = (Course, CourseSession, Enrolment, Notification, WorkItem, AuditEntry, DomainEvent)
    return {model.__name__: model.objects.count() for model in models}


def test_everything_of_the_files_is_there_afterwards(stage: Stage) -> None:
    object_id = uuid4()
    result = bring_in(
        stage,
        [a_row(course_description="About fire.", enrolment_deadline="2026-11-30T12:00")],
        [
            an_enrolment_row(object_id=str(object_id)),
            an_enrolment_row(address="bo@contoso.example", name="Bo"),
        ],
    )
    session = CourseSession.objects.select_related("course").get()
    assert (session.course.title, session.course.description) == ("Fire safety", "About fire.")
    assert (session.title, session.seats, session.teams_meeting) == ("Morning", 20, True)
    assert session.starts_at.isoformat() == "2026-12-01T08:00:00+00:00"
    assert session.room_address == "harbour@contoso.example"
    learners = {one.person.name: one.person for one in session.enrolments.all()}
    assert learners.keys() == {"Ana Sørensen", "Bo"}
    assert learners["Ana Sørensen"].object_id == object_id
    assert learners["Bo"].object_id is None
    assert [person.address for person in session.instructors.all()] == [
        "zoe.dubois@contoso.example"
    ]
    assert result.told == 3, "two learners and the instructor"
    assert stage.told() == [{str(person.pk) for person in learners.values()}]
    assert stage.is_asked(session.pk)


def test_importing_twice_changes_nothing_and_sends_nothing(stage: Stage) -> None:
    sessions, enrolments = [a_row(), a_row(session_code="B", room="")], [an_enrolment_row()]
    bring_in(stage, sessions, enrolments)
    WorkItem.objects.all().delete()
    before = rows_written()
    result = bring_in(stage, sessions, enrolments)
    assert rows_written() == before
    assert result.told == 0
    assert result.sessions == Counts(unchanged=2)


def test_one_problem_stops_all_of_it(stage: Stage) -> None:
    before = rows_written()
    with pytest.raises(ImportRefused) as refused:
        bring_in(stage, [a_row(), a_row(session_code="B", seats="x")], [an_enrolment_row()])
    assert [problem.line for problem in refused.value.problems] == [3]
    assert "1 problem." in refused.value.what
    assert rows_written() == before
    assert not Person.objects.filter(name="Ana Sørensen").exists()


def test_partial_brings_in_the_good_rows_and_names_the_rest(stage: Stage) -> None:
    sessions = [a_row(), a_row(session_code="B", seats="x")]
    enrolments = [
        an_enrolment_row(),
        an_enrolment_row(session_code="B"),
        an_enrolment_row(address="nobody"),
    ]
    result = bring_in(stage, sessions, enrolments, partial=True)
    assert [session.code for session in CourseSession.objects.all()] == ["FIRE-1"]
    assert Enrolment.objects.count() == 1
    assert [(row.file, row.line) for row in result.left_out] == [
        ("courses.csv", 3),
        ("enrolments.csv", 4),
        ("enrolments.csv", 3),
    ]
    mended = bring_in(stage, [a_row(session_code="B")], [an_enrolment_row(session_code="B")])
    assert mended.enrolments == Counts(new=1)


def test_what_is_over_is_recorded_and_told_to_nobody(stage: Stage) -> None:
    result = bring_in(
        stage, [a_row(session_code="OLD", **PAST)], [an_enrolment_row(session_code="OLD")]
    )
    assert Enrolment.objects.count() == 1
    assert result.told == 0
    assert not Notification.objects.exists()
    assert not stage.asked()


def test_an_address_never_grants_a_role(stage: Stage) -> None:
    before = RoleAssignment.objects.count()
    bring_in(stage, [a_row()], [an_enrolment_row(object_id=str(uuid4()))])
    assert RoleAssignment.objects.count() == before
    zoe = Person.objects.get(address="zoe.dubois@contoso.example")
    assert zoe.object_id is None


def test_a_known_instructor_keeps_their_name_and_learners_follow_the_file(stage: Stage) -> None:
    bring_in(
        stage,
        [a_row(instructors="zoe.dubois@contoso.example;Ana.Sorensen@contoso.example")],
        [an_enrolment_row(address="zoe.dubois@contoso.example", name="Zoé Dubois")],
    )
    assert Person.objects.get(address_key="zoe.dubois@contoso.example").name == "Zoé Dubois"
    bring_in(stage, [a_row()], [an_enrolment_row(name="Ana S. Sørensen")])
    assert Person.objects.get(address_key="ana.sorensen@contoso.example").name == "Ana S. Sørensen"


def test_a_changed_session_is_changed_and_its_entry_follows(stage: Stage) -> None:
    bring_in(stage, [a_row()], [an_enrolment_row()])
    WorkItem.objects.all().delete()
    bring_in(
        stage,
        [a_row(end="2026-12-01T12:00", instructors="rafael.garcia@contoso.example")],
        [an_enrolment_row()],
    )
    session = CourseSession.objects.get()
    assert session.ends_at.isoformat() == "2026-12-01T11:00:00+00:00"
    assert [person.address_key for person in session.instructors.all()] == [
        "rafael.garcia@contoso.example"
    ]
    assert stage.is_asked(session.pk)
    assert len(stage.told()) == 1, "the entry's update is the news, not another mail"


def test_seats_that_a_file_adds_go_to_those_who_wait(stage: Stage) -> None:
    bring_in(stage, [a_row(seats="1")], [an_enrolment_row()])
    Course.objects.update(waiting_list=True)
    session = CourseSession.objects.select_related("course__catalog").get()
    enrol(stage.ports, session=session, people=[stage.cast.learner], actor=stage.owner)
    assert stage.told("place_offered") == []
    bring_in(stage, [a_row(seats="2")], [])
    assert stage.told("place_offered") == [{str(stage.cast.learner.pk)}]


def test_only_the_catalogs_admin_may_import(stage: Stage) -> None:
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()])
    for person, refusal in (
        (stage.cast.colleague, NotAllowed),
        (stage.cast.stranger, NotFoundHere),
        (stage.cast.lms_admin, NotAllowed),
    ):
        with pytest.raises(refusal):
            apply_import(stage.ports, catalog=stage.cast.catalog, plan=plan, actor=Actor.of(person))
    assert not Course.objects.exists()


def test_a_seat_lost_since_the_plan_undoes_all_of_it(stage: Stage) -> None:
    bring_in(stage, [a_row(seats="1")], [])
    plan = plan_of(stage.ports, stage.cast.catalog, [], [an_enrolment_row()])
    bring_in(stage, [], [an_enrolment_row(address="bo@contoso.example", name="Bo")])
    with pytest.raises(InvalidInput, match="0 of 1 seats left"):
        apply_import(stage.ports, catalog=stage.cast.catalog, plan=plan, actor=stage.owner)
    assert not Person.objects.filter(name="Ana Sørensen").exists()


def test_the_act_is_recorded_once_with_its_figures(stage: Stage) -> None:
    bring_in(stage, [a_row()], [an_enrolment_row()])
    (row,) = AuditEntry.objects.filter(action="import.applied")
    assert row.actor == stage.cast.owner
    assert row.after == {
        "files": ["courses.csv", "enrolments.csv"],
        "courses": 1,
        "sessions": 1,
        "enrolments": 1,
        "left_out": 0,
    }


def test_a_session_of_a_course_of_all_sessions_takes_its_learners_along(stage: Stage) -> None:
    bring_in(stage, [a_row()], [an_enrolment_row()])
    Course.objects.update(enrolment_type="all")
    result = bring_in(stage, [a_row(), a_row(session_code="FIRE-2", session_title="Two")], [])
    assert result.told == 2, "the learner and the instructor"
    added = CourseSession.objects.get(code="FIRE-2")
    assert Enrolment.objects.filter(session=added, state="enrolled").count() == 1
    again = bring_in(stage, [a_row(), a_row(session_code="FIRE-2", session_title="Two")], [])
    assert again.told == 0


def test_a_room_and_a_place_in_words_are_refused_together(stage: Stage) -> None:
    row = a_row(room="auditorium@contoso.example", place="The old barn")
    with pytest.raises(ImportRefused) as caught:
        bring_in(stage, [row], [])
    (problem,) = caught.value.problems
    assert (problem.column, problem.what) == (
        "place",
        "The session has a room and a place in words.",
    )
    assert not CourseSession.objects.exists()
