"""Reconciling again after anything went wrong: nothing is lost and nothing is there twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classbell.domain.courses.outlook_decisions import put_back
from classbell.domain.organisations.audit import OPERATOR
from classbell.ports.calendar import Answer
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.storage.models import (
    CourseSession,
    Enrolment,
    EnrolmentState,
    Entry,
    EntryState,
    Person,
    RetiredEvent,
)
from tests.domain.scheduling.stage import ROOM, Stage, entry_of
from tests.support import NOW, a_person, an_enrolment

pytestmark = pytest.mark.django_db

MAY_HAVE_HAPPENED = VerdictKind.UNKNOWN


def fails(stage: Stage, session: CourseSession) -> None:
    with pytest.raises(ProviderFailure):
        stage.run(session)


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_create_of_unknown_fate_leaves_one_event(stage: Stage, *, carried_out: bool) -> None:
    session = stage.session("Ana Sørensen")
    stage.calendar.fail_next(MAY_HAVE_HAPPENED, on="create", carried_out=carried_out)
    fails(stage, session)
    assert entry_of(session).state == EntryState.PLANNED
    stage.run(session)
    assert entry_of(session).event_id == stage.event.event_id


def test_what_changed_after_a_lost_create_is_made_good(stage: Stage) -> None:
    session = stage.session("Ana Sørensen", teams_meeting=True)
    stage.calendar.fail_next(MAY_HAVE_HAPPENED, on="create", carried_out=True)
    fails(stage, session)
    an_enrolment(session, a_person("Bo Holm"))
    stage.run(session)
    assert "bo.holm@contoso.example" in stage.attendees()
    assert entry_of(session).join_url


def test_a_patch_of_unknown_fate_is_settled_by_looking(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    an_enrolment(session, a_person("Bo Holm"))
    stage.calendar.fail_next(MAY_HAVE_HAPPENED, on="update", carried_out=True)
    fails(stage, session)
    etag = stage.event.etag
    stage.run(session)
    assert stage.event.etag == etag, "the patch had gone through; a second would be a second mail"
    assert "bo.holm@contoso.example" in entry_of(session).answers


def test_a_cancellation_of_unknown_fate_is_done_once(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    session.cancelled_at = NOW
    session.save()
    stage.calendar.fail_next(MAY_HAVE_HAPPENED, on="cancel", carried_out=True)
    fails(stage, session)
    assert entry_of(session).state == EntryState.CREATED
    stage.run(session)
    assert entry_of(session).state == EntryState.CANCELLED
    assert len(stage.calendar.cancelled) == 1


def test_an_event_made_just_before_a_crash_is_cancelled_with_the_session(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.calendar.fail_next(MAY_HAVE_HAPPENED, on="create", carried_out=True)
    fails(stage, session)
    session.cancelled_at = NOW
    session.save()
    stage.run(session)
    assert stage.calendar.events == []


def test_replacing_an_event_is_finished_wherever_it_broke_off(stage: Stage) -> None:
    session = stage.session("Ana Sørensen", teams_meeting=True)
    stage.run(session)
    session.teams_meeting = False
    session.save()
    stage.calendar.fail_next(VerdictKind.RETRY, on="cancel")
    fails(stage, session)
    assert RetiredEvent.objects.filter(cancelled_at=None).count() == 1
    stage.calendar.fail_next(MAY_HAVE_HAPPENED, on="create", carried_out=True)
    fails(stage, session)
    stage.run(session)
    assert not stage.event.online
    assert not RetiredEvent.objects.filter(cancelled_at=None).exists()


STEPS = st.sampled_from(
    [
        "enrol",
        "unenrol",
        "move",
        "rename",
        "teams on",
        "teams off",
        "other room",
        "draft",
        "publish",
        "outlook edits",
        "outlook deletes",
        "outlook moves",
        "room answers",
        "lost call",
        "broken call",
    ]
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=12))
def test_at_rest_the_calendar_is_what_it_should_be(stage: Stage, steps: list[str]) -> None:
    stage.calendar.__init__()  # type: ignore[misc]  # an empty calendar for each example
    CourseSession.objects.all().delete()
    session = stage.session("Ana Sørensen", seats=None)
    for number, step in enumerate(steps):
        happen(stage, session, step, number)
        try:
            stage.run(session)
        except ProviderFailure:
            continue
    stage.calendar.recover()
    for _ in range(3):
        stage.run(session)
    if any(entry.edited for entry in Entry.objects.filter(session=session)):
        put_back(stage.ports, session=session, actor=OPERATOR)
        stage.run(session)
    if not session.published:
        assert stage.calendar.events == []
        return
    assert stage.event.subject == f"Fire safety: {session.title}"
    assert stage.event.starts_at == session.starts_at
    assert stage.event.online == session.teams_meeting
    learners = Person.objects.filter(
        enrolments__session=session, enrolments__state=EnrolmentState.ENROLLED
    ).values_list("address", flat=True)
    assert set(stage.attendees()) == {
        *learners,
        "zoe.dubois@contoso.example",
        session.room_address,
    }
    assert Entry.objects.get().event_id == stage.event.event_id


def happen(stage: Stage, session: CourseSession, step: str, number: int) -> None:
    """Let one thing happen to the session or to its event."""
    on_session: dict[str, dict[str, object]] = {
        "move": {"starts_at": session.starts_at.replace(minute=number)},
        "rename": {"title": f"Session {number}"},
        "teams on": {"teams_meeting": True},
        "teams off": {"teams_meeting": False},
        "other room": {"room_address": f"room{number}@contoso.example"},
        "draft": {"published": False},
        "publish": {"published": True},
    }
    for name, value in on_session.get(step, {}).items():
        setattr(session, name, value)
    session.save()
    if step == "enrol":
        an_enrolment(session, a_person(f"Learner No{number}"))
    elif step == "unenrol":
        Enrolment.objects.filter(session=session).update(state=EnrolmentState.CANCELLED)
    elif step == "lost call":
        stage.calendar.fail_next(MAY_HAVE_HAPPENED, carried_out=True)
    elif step == "broken call":
        stage.calendar.fail_next(VerdictKind.RETRY)
    elif stage.calendar.events:
        happen_in_outlook(stage, step, stage.calendar.events[0].event_id)


def happen_in_outlook(stage: Stage, step: str, event_id: str) -> None:
    """Let somebody else touch the event."""
    if step == "outlook edits":
        stage.calendar.edit(event_id, subject="Lunch")
    elif step == "outlook deletes":
        stage.calendar.delete(event_id)
    elif step == "outlook moves":
        stage.calendar.edit(event_id, starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    elif step == "room answers":
        stage.calendar.answer(event_id, ROOM, Answer.ACCEPTED)
