"""Reconciling: the calendar becomes what the session needs, with as few calls as can be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.scheduling.entry_problems import ROOM_DECLINED
from classbell.ports.calendar import Answer, AttendeeKind
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.storage.models import (
    AccountState,
    Connection,
    Enrolment,
    EnrolmentState,
    Entry,
    EntryState,
    Role,
)
from tests.domain.scheduling.stage import ROOM, Stage, entry_of
from tests.support import NOW, a_person, an_enrolment

pytestmark = pytest.mark.django_db


def test_a_session_gets_its_event_and_the_room_is_asked(stage: Stage) -> None:
    session = stage.session("Ana Sørensen", "Bo Holm", teams_meeting=True)
    assert stage.in_from_now(session) == timedelta(seconds=5)
    assert stage.wire() == ["create"]
    assert stage.event.subject == "Fire safety: Session 1"
    assert stage.attendees() == {
        "zoe.dubois@contoso.example": "required",
        "ana.sorensen@contoso.example": "required",
        "bo.holm@contoso.example": "required",
        ROOM: "resource",
    }
    entry = entry_of(session)
    assert entry.state == EntryState.CREATED
    assert entry.join_url.startswith("https://teams.microsoft.com/")
    assert entry.room_answer == "none"
    assert entry.problem == ""
    assert stage.events_told() == ["session.entry_created", "teams.link_created"]


def test_the_rooms_answer_is_read_back_until_it_has_decided(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    assert stage.in_from_now(session, seconds=5) == timedelta(seconds=15)
    assert stage.in_from_now(session, seconds=15) == timedelta(seconds=60)
    assert stage.in_from_now(session, seconds=60) == timedelta(minutes=15)
    stage.calendar.answer(stage.event.event_id, ROOM, Answer.ACCEPTED, stage.clock.now())
    assert stage.in_from_now(session, minutes=15) is None
    entry = entry_of(session)
    assert (entry.room_answer, entry.problem) == ("accepted", "")
    assert stage.events_told().count("room.accepted") == 1
    stage.run(session)
    assert stage.events_told().count("room.accepted") == 1


def test_admins_are_told_of_a_decline_once_for_each_time_that_was_asked_for(stage: Stage) -> None:
    session, ida = stage.session(), a_person("Ida Lund")
    ida.roles.create(role=Role.CATALOG_ADMIN, catalog=stage.catalog, granted_at=NOW)

    def declined() -> None:
        stage.calendar.answer(stage.event.event_id, ROOM, Answer.DECLINED, stage.clock.now())
        stage.run(session, after=timedelta(minutes=1))

    stage.run(session)
    declined()
    declined()
    assert stage.mailed("room_declined") == [{"Ida Lund"}]
    session.starts_at += timedelta(minutes=30)
    session.save()
    stage.run(session)
    assert len(stage.mailed("room_declined")) == 1, "the room has not answered for the new time"
    declined()
    assert stage.mailed("room_declined") == [{"Ida Lund"}, {"Ida Lund"}]
    stage.calendar.answer(stage.event.event_id, ROOM, Answer.ACCEPTED, stage.clock.now())
    stage.run(session)
    declined()
    assert len(stage.mailed("room_declined")) == 3, "it had accepted in between"


def test_a_decline_is_told_with_a_remedy_and_another_room_asked(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    stage.calendar.answer(stage.event.event_id, ROOM, Answer.DECLINED, stage.clock.now())
    assert stage.in_from_now(session, seconds=5) is None
    entry = entry_of(session)
    assert (entry.room_answer, entry.problem_code) == ("declined", ROOM_DECLINED)
    assert "Harbour declined" in entry.problem
    assert "another" in entry.problem
    assert "room.declined" in stage.events_told()
    session.room_address = "library@contoso.example"
    session.save()
    assert stage.in_from_now(session) == timedelta(seconds=5)
    entry = entry_of(session)
    assert (entry.room_answer, entry.problem) == ("none", "")
    assert "library@contoso.example" in stage.attendees()
    assert ROOM not in stage.attendees()


def test_a_tentative_room_is_still_waited_for(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    stage.calendar.answer(stage.event.event_id, ROOM, Answer.TENTATIVE)
    assert stage.in_from_now(session, minutes=2) == timedelta(minutes=15)
    assert stage.events_told()[-1] == "room.tentative"


def test_many_enrolments_are_one_patch(stage: Stage) -> None:
    session = stage.session(seats=None)
    stage.run(session)
    stage.wire()
    for number in range(50):
        an_enrolment(session, a_person(f"Learner No{number}"))
    stage.run(session)
    assert stage.wire() == ["get", "update"]
    assert len(stage.event.answers) == 52


def test_looking_when_nothing_changed_writes_nothing(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    before = stage.event.etag
    applied_at = entry_of(session).applied_at
    stage.run(session, after=timedelta(hours=1))
    assert stage.event.etag == before
    entry = entry_of(session)
    assert entry.applied_at == applied_at
    assert entry.read_at == stage.clock.now()


def test_unenrolling_takes_somebody_off_the_event(stage: Stage) -> None:
    session = stage.session("Ana Sørensen", "Bo Holm")
    stage.run(session)
    Enrolment.objects.filter(person__name="Bo Holm").update(state=EnrolmentState.CANCELLED)
    stage.run(session)
    assert "bo.holm@contoso.example" not in stage.attendees()
    assert "ana.sorensen@contoso.example" in stage.attendees()


def test_answers_of_learners_are_kept_by_address(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    stage.calendar.answer(stage.event.event_id, "ana.sorensen@contoso.example", Answer.DECLINED)
    stage.run(session)
    assert entry_of(session).answers["ana.sorensen@contoso.example"] == "declined"


def test_a_changed_text_in_outlook_is_repaired_once(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    stage.calendar.edit(stage.event.event_id, subject="Lunch", place="Elsewhere")
    stage.run(session)
    etag = stage.event.etag
    stage.run(session)
    assert stage.event.etag == etag
    assert stage.event.subject == "Fire safety: Session 1"
    assert stage.event.place == "Harbour"


def test_somebody_faster_in_outlook_is_met_once_and_then_left_for_later(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    an_enrolment(session, a_person("Ana Sørensen"))
    stage.calendar.fail_next(VerdictKind.CONFLICT, on="update")
    stage.run(session)
    assert "ana.sorensen@contoso.example" in stage.attendees()
    an_enrolment(session, a_person("Bo Holm"))
    stage.calendar.fail_next(VerdictKind.CONFLICT, on="update", times=2)
    assert stage.in_from_now(session) == timedelta(seconds=5)
    stage.run(session)
    assert "bo.holm@contoso.example" in stage.attendees()


@pytest.mark.parametrize(
    "changed",
    [{"published": False}, {"cancelled_at": NOW}, {"starts_at": NOW - timedelta(hours=3)}],
)
def test_no_event_for_what_does_not_take_place(stage: Stage, changed: dict[str, object]) -> None:
    session = stage.session("Ana Sørensen", **changed)
    assert stage.run(session) is None
    assert stage.wire() == []
    assert not Entry.objects.exists()


def test_no_event_while_the_catalog_is_switched_off(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    Connection.objects.update(enabled=False)
    assert stage.run(session) is None
    assert stage.wire() == []
    assert not Entry.objects.exists()


def test_a_lost_or_disconnected_account_is_not_used(stage: Stage) -> None:
    session = stage.session()
    stage.account.state = AccountState.LOST
    stage.account.save()
    with pytest.raises(ProviderFailure) as failure:
        stage.run(session)
    assert failure.value.verdict.kind is VerdictKind.SIGN_IN_AGAIN
    stage.account.state = AccountState.DISCONNECTED
    stage.account.save()
    assert stage.run(session) is None
    assert stage.wire() == []


def test_the_admins_words_stand_in_the_cancellation(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    session.cancelled_at, session.cancel_message = NOW, "Ivo is ill; Thursday instead."
    session.save()
    stage.run(session)
    (cancelled,) = stage.calendar.cancelled
    assert cancelled.comment.endswith("was cancelled.\n\nIvo is ill; Thursday instead.")


@pytest.mark.parametrize("how", [{"cancelled_at": NOW}, {"published": False}])
def test_what_no_longer_takes_place_is_cancelled_for_everybody(
    stage: Stage, how: dict[str, object]
) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    for name, value in how.items():
        setattr(session, name, value)
    session.save()
    assert stage.run(session) is None
    (cancelled,) = stage.calendar.cancelled
    assert {ROOM, "ana.sorensen@contoso.example"} <= set(cancelled.attendees)
    assert "Fire safety: Session 1" in cancelled.comment
    assert entry_of(session).state == EntryState.CANCELLED
    stage.run(session)
    assert len(stage.calendar.cancelled) == 1


def test_a_session_published_again_gets_a_new_event(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    for published in (False, True):
        session.published = published
        session.save()
        stage.run(session)
    assert entry_of(session).state == EntryState.CREATED
    assert entry_of(session).generation == 2
    assert stage.event.event_id == entry_of(session).event_id


def test_an_event_that_is_still_ahead_follows_a_session_moved_into_the_past(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    session.starts_at, session.ends_at = NOW - timedelta(hours=5), NOW - timedelta(hours=3)
    session.save()
    assert stage.run(session) is None
    assert stage.event.ends_at == session.ends_at
    stage.wire()
    stage.run(session)
    assert stage.wire() == []


def test_what_microsoft_refuses_stands_on_the_session(stage: Stage) -> None:
    session = stage.session()
    stage.calendar.fail_next(VerdictKind.REFUSED, on="create")
    with pytest.raises(ProviderFailure):
        stage.run(session)
    entry = entry_of(session)
    assert entry.state == EntryState.REFUSED
    assert "The script says so." in entry.problem
    stage.run(session)
    assert entry_of(session).state == EntryState.CREATED
    assert entry_of(session).problem == ""


def test_a_room_taken_off_in_outlook_is_asked_again(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    kept = tuple(a for a in stage.event.answers if a.kind is not AttendeeKind.RESOURCE)
    stage.calendar.edit(stage.event.event_id, answers=kept)
    stage.run(session)
    assert ROOM in stage.attendees()
