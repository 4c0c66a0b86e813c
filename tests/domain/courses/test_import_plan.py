"""Planning an import: what it would do, what speaks against it, and what mail it would cause."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from classbell.domain.connections.disconnect import disconnect
from classbell.domain.courses.enrol import enrol
from classbell.domain.courses.importing.apply import apply_import
from classbell.domain.courses.importing.planned import Counts, ImportPlan
from classbell.domain.courses.sessions import cancel_session
from classbell.domain.organisations.audit import OPERATOR
from classbell.domain.organisations.people import upsert_person
from classbell.storage.models import (
    AccountState,
    Connection,
    Course,
    CourseSession,
    Person,
    Room,
)
from tests.domain.courses.programme import a_row, an_enrolment_row, plan_of
from tests.domain.courses.stage import Stage
from tests.support import NOW, a_person, a_session

pytestmark = pytest.mark.django_db

PAST = {"start": "2026-11-02T09:00", "end": "2026-11-02T11:00"}


def rooms(stage: Stage, **capacities: int) -> None:
    for name, capacity in capacities.items():
        Room.objects.create(
            organisation=stage.cast.catalog.organisation,
            address=f"{name}@contoso.example",
            name=name.title(),
            capacity=capacity,
            refreshed_at=NOW,
        )


def told(plan: ImportPlan) -> list[tuple[str, int, str]]:
    return [(problem.file, problem.line, problem.column) for problem in plan.problems]


def test_a_plan_counts_and_changes_nothing(stage: Stage) -> None:
    people = Person.objects.count()
    plan = plan_of(
        stage.ports,
        stage.cast.catalog,
        [a_row(), a_row(session_code="FIRE-2", start="2026-12-01T12:00", end="2026-12-01T13:00")],
        [an_enrolment_row(), an_enrolment_row(session_code="FIRE-2")],
    )
    assert plan.problems == ()
    assert plan.course_counts == Counts(new=1)
    assert plan.session_counts == Counts(new=2)
    assert plan.enrolment_counts == Counts(new=2)
    assert plan.people_counts == Counts(new=1)
    assert not Course.objects.exists()
    assert Person.objects.count() == people


def test_the_second_plan_finds_everything_unchanged(stage: Stage) -> None:
    sessions, enrolments = [a_row()], [an_enrolment_row(object_id=str(uuid4()))]
    plan = plan_of(stage.ports, stage.cast.catalog, sessions, enrolments)
    apply_import(stage.ports, catalog=stage.cast.catalog, plan=plan, actor=stage.owner)
    again = plan_of(stage.ports, stage.cast.catalog, sessions, enrolments)
    assert again.changes_nothing
    assert again.forecast.messages == 0
    assert again.session_counts == Counts(unchanged=1)


def test_changes_are_told_from_what_stays(stage: Stage) -> None:
    first = plan_of(stage.ports, stage.cast.catalog, [a_row(), a_row(session_code="B", room="")])
    apply_import(stage.ports, catalog=stage.cast.catalog, plan=first, actor=stage.owner)
    CourseSession.objects.filter(code="B").update(published=False)
    plan = plan_of(
        stage.ports,
        stage.cast.catalog,
        [
            a_row(course_title="Fire!", instructors="rafael.garcia@contoso.example"),
            a_row(course_title="Fire!", session_code="B", room=""),
        ],
    )
    assert plan.course_counts == Counts(changed=1)
    assert plan.session_counts == Counts(changed=1, unchanged=1), "a draft stays a draft"


def test_an_unknown_room_is_refused_where_rooms_are_known(stage: Stage) -> None:
    row = a_row(room="harbor@contoso.example")
    assert told(plan_of(stage.ports, stage.cast.catalog, [row])) == []
    rooms(stage, harbour=20)
    plan = plan_of(stage.ports, stage.cast.catalog, [row])
    assert told(plan) == [("courses.csv", 2, "room")]
    assert "harbour@contoso.example" in plan.problems[0].expected


def test_an_unknown_session_is_refused_with_a_likely_one(stage: Stage) -> None:
    a_session(stage.cast.catalog, "AID-1")
    enrolments = [
        an_enrolment_row(session_code="AID-1"),
        an_enrolment_row(session_code="FIRE1"),
    ]
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], enrolments)
    assert told(plan) == [("enrolments.csv", 3, "session_code")]
    assert "FIRE-1" in plan.problems[0].expected


def test_sessions_of_other_catalogs_are_not_known_here(stage: Stage) -> None:
    a_session(stage.cast.other_catalog, "SALES-1")
    enrolments = [an_enrolment_row(session_code="SALES-1")]
    plan = plan_of(stage.ports, stage.cast.catalog, [], enrolments)
    assert told(plan) == [("enrolments.csv", 2, "session_code")]


def test_each_enrolment_beyond_the_seats_is_named(stage: Stage) -> None:
    session = a_session(stage.cast.catalog, "AID-1", seats=2)
    enrol(stage.ports, session=session, people=[a_person("Bo Holm")], actor=OPERATOR)
    enrolments = [
        an_enrolment_row(session_code="AID-1", address="bo.holm@contoso.example"),
        an_enrolment_row(session_code="AID-1"),
        an_enrolment_row(session_code="AID-1", address="cy@contoso.example"),
    ]
    plan = plan_of(stage.ports, stage.cast.catalog, [], enrolments)
    assert told(plan) == [("enrolments.csv", 4, "session_code")]
    assert "2 seats" in plan.problems[0].what


def test_fewer_seats_than_learners_are_named(stage: Stage) -> None:
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], [an_enrolment_row()])
    apply_import(stage.ports, catalog=stage.cast.catalog, plan=plan, actor=stage.owner)
    session = CourseSession.objects.get()
    enrol(stage.ports, session=session, people=[a_person("Bo Holm")], actor=OPERATOR)
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row(seats="1")])
    assert told(plan) == [("courses.csv", 2, "seats")]


def test_a_code_of_another_course_is_named(stage: Stage) -> None:
    a_session(stage.cast.catalog, "X-1")
    row = a_row(session_code="X-1", course_code="OTHER", room="")
    plan = plan_of(stage.ports, stage.cast.catalog, [row])
    assert told(plan) == [("courses.csv", 2, "session_code")]


def test_an_object_id_of_somebody_else_is_named(stage: Stage) -> None:
    organisation = stage.cast.catalog.organisation
    one, other = uuid4(), uuid4()
    for address, object_id in (("ana.sorensen@contoso.example", one), ("bo@contoso.example", None)):
        upsert_person(stage.ports, organisation, address=address, name="Known", object_id=object_id)
    enrolments = [
        an_enrolment_row(object_id=str(other)),
        an_enrolment_row(address="bo@contoso.example", object_id=str(one)),
    ]
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], enrolments)
    assert told(plan) == [("enrolments.csv", 2, "object_id"), ("enrolments.csv", 3, "object_id")]


def test_what_follows_from_a_bad_row_is_no_problem_of_its_own(stage: Stage) -> None:
    enrolments = [an_enrolment_row(), an_enrolment_row(session_code="FIRE-2")]
    plan = plan_of(
        stage.ports,
        stage.cast.catalog,
        [a_row(seats="x"), a_row(session_code="FIRE-2", room="")],
        enrolments,
    )
    assert told(plan) == [("courses.csv", 2, "seats")]
    assert [(d.file, d.line) for d in plan.dependents] == [("enrolments.csv", 2)]
    assert plan.enrolment_counts == Counts(new=1)


def test_enrolments_are_no_problem_where_no_course_row_can_be_read(stage: Stage) -> None:
    row = a_row()
    del row["time_zone"]
    plan = plan_of(stage.ports, stage.cast.catalog, [row], [an_enrolment_row()])
    assert told(plan) == [("courses.csv", 1, "time_zone")]
    assert len(plan.dependents) == 1


def test_a_cancelled_session_is_left_alone_and_takes_nobody_new(stage: Stage) -> None:
    first = plan_of(stage.ports, stage.cast.catalog, [a_row()], [an_enrolment_row()])
    apply_import(stage.ports, catalog=stage.cast.catalog, plan=first, actor=stage.owner)
    cancel_session(stage.ports, session=CourseSession.objects.get(), actor=stage.owner)
    enrolments = [an_enrolment_row(), an_enrolment_row(address="bo@contoso.example")]
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row(seats="9")], enrolments)
    assert plan.session_counts == Counts(left_alone=1)
    assert told(plan) == [("enrolments.csv", 3, "session_code")]
    assert any("cancelled" in warning.what for warning in plan.warnings)


def test_warnings_name_what_a_room_will_not_take(stage: Stage) -> None:
    rooms(stage, harbour=20, library=12)
    a_session(
        stage.cast.catalog,
        "OLD-1",
        starts_at=NOW + timedelta(days=8),
        room_address="library@contoso.example",
    )
    plan = plan_of(
        stage.ports,
        stage.cast.catalog,
        [
            a_row(session_code="A", seats="21"),
            a_row(session_code="B", start="2026-12-01T10:59", end="2026-12-01T12:00"),
            a_row(session_code="C", start="2026-12-01T12:00", end="2026-12-01T13:00"),
            a_row(session_code="D", start="2027-09-01T09:00", end="2027-09-01T11:00"),
            a_row(session_code="E", room="library@contoso.example", seats="12"),
        ],
    )
    assert plan.problems == ()
    assert [(warning.line, warning.column) for warning in plan.warnings] == [
        (2, "seats"),
        (3, "room"),
        (5, "start"),
        (6, "room"),
    ]


def test_a_late_enrolment_is_a_warning(stage: Stage) -> None:
    row = a_row(enrolment_deadline="2026-11-20T12:00")
    plan = plan_of(stage.ports, stage.cast.catalog, [row], [an_enrolment_row()])
    assert plan.problems == ()
    assert any("deadline" in warning.what for warning in plan.warnings)


def test_the_forecast_leaves_out_what_is_over(stage: Stage) -> None:
    enrolments = [an_enrolment_row(), an_enrolment_row(session_code="OLD")]
    sessions = [a_row(), a_row(session_code="OLD", **PAST)]
    plan = plan_of(stage.ports, stage.cast.catalog, sessions, enrolments)
    assert plan.silent_enrolments == 1
    assert plan.forecast.messages == 2, "to the learner and to the instructor of what is to come"
    assert plan.forecast.invitations == 2, "one learner and one instructor"
    assert plan.forecast.until is not None
    assert timedelta(0) < plan.forecast.until - NOW < timedelta(seconds=3), "at the usual pace"
    assert plan.forecast.account == "learning@contoso.example"


def test_without_calendar_permission_invitations_are_mails_too(stage: Stage) -> None:
    stage.account.granted_scopes = ["Mail.Send", "User.Read"]
    stage.account.save()
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], [an_enrolment_row()])
    assert (plan.forecast.messages, plan.forecast.invitations) == (3, 0)


def test_unconnected_catalogs_send_nothing_and_lost_ones_hold(stage: Stage) -> None:
    Connection.objects.update(enabled=False)
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], [an_enrolment_row()])
    assert (plan.forecast.account, plan.forecast.until) == ("", None)
    assert not plan.forecast.held
    Connection.objects.update(enabled=True)
    stage.account.state = AccountState.LOST
    stage.account.save()
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], [an_enrolment_row()])
    assert plan.forecast.held
    assert plan.forecast.until is None


def test_a_disconnected_catalog_holds_its_messages_for_the_next_account(stage: Stage) -> None:
    disconnect(stage.ports, catalog=stage.cast.catalog, actor=OPERATOR)
    plan = plan_of(stage.ports, stage.cast.catalog, [a_row()], [an_enrolment_row()])
    assert plan.forecast.held
    assert plan.forecast.account == ""
