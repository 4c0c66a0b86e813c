"""An event moved or deleted in Outlook waits for a decision, and both answers are carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from classbell.domain.courses.outlook_decisions import put_back, take_outlook_edit
from classbell.domain.organisations.audit import Actor
from classbell.domain.scheduling.outlook_edits import (
    DELETED_IN_OUTLOOK,
    MOVED_IN_OUTLOOK,
    outlook_edit,
)
from classbell.ports.errors import (
    InvalidInput,
    NotAllowed,
    NotFoundHere,
    ProviderFailure,
    VerdictKind,
)
from classbell.storage.models import AuditEntry, CourseSession, EntryState
from tests.domain.people import Cast, a_cast
from tests.domain.scheduling.stage import Stage, entry_of
from tests.support import a_person, an_enrolment

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=3)


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return a_cast(stage.ports)


@pytest.fixture
def owner(cast: Cast) -> Actor:
    return Actor.of(cast.owner)


def moved(stage: Stage, **chosen: object) -> CourseSession:
    """Return a session whose event somebody moved by three hours, as noticed."""
    session = stage.session("Ana Sørensen", **chosen)
    stage.run(session)
    event = stage.event
    stage.calendar.edit(
        event.event_id, starts_at=event.starts_at + LATER, ends_at=event.ends_at + LATER
    )
    assert stage.run(session) is None
    return session


def deleted(stage: Stage) -> CourseSession:
    """Return a session whose event somebody deleted, as noticed."""
    session = stage.session("Ana Sørensen")
    stage.run(session)
    stage.calendar.delete(stage.event.event_id)
    assert stage.run(session) is None
    return session


def test_a_moved_event_is_shown_and_nothing_is_written(stage: Stage) -> None:
    session = moved(stage)
    stage.wire()
    an_enrolment(session, a_person("Bo Holm"))
    stage.run(session)
    assert stage.wire() == ["get"]
    entry = entry_of(session)
    edit = outlook_edit(entry.edited)
    assert edit is not None
    assert edit.starts_at == session.starts_at + LATER
    assert entry.problem_code == MOVED_IN_OUTLOOK
    assert stage.events_told().count("session.entry_moved") == 1


def test_keeping_the_new_time_moves_the_session(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    before = session.starts_at
    take_outlook_edit(stage.ports, session=session, actor=owner)
    session.refresh_from_db()
    assert session.starts_at == before + LATER
    etag = stage.event.etag
    stage.run(session)
    assert stage.event.starts_at == session.starts_at
    assert stage.event.etag == etag, "Outlook has told everybody already"
    assert (entry_of(session).edited, entry_of(session).problem) == ({}, "")
    assert "session.changed" in stage.events_told()
    row = AuditEntry.objects.get(action="session.outlook_edit_taken")
    assert row.actor_name == "Mai Nielsen"
    stage.run(session)
    assert entry_of(session).edited == {}


def test_an_event_whose_new_time_was_kept_may_be_moved_again(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    take_outlook_edit(stage.ports, session=session, actor=owner)
    stage.run(session)
    event = stage.event
    stage.calendar.edit(
        event.event_id, starts_at=event.starts_at + LATER, ends_at=event.ends_at + LATER
    )
    stage.run(session)
    edit = outlook_edit(entry_of(session).edited)
    assert edit is not None
    assert edit.starts_at == event.starts_at + LATER
    put_back(stage.ports, session=session, actor=owner)
    stage.run(session)
    assert stage.event.starts_at == event.starts_at


def test_putting_the_event_back_restores_our_time(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    put_back(stage.ports, session=session, actor=owner)
    assert stage.event.starts_at == session.starts_at + LATER, "the lane writes, not the page"
    stage.run(session)
    assert stage.event.starts_at == session.starts_at
    assert entry_of(session).edited == {}
    assert AuditEntry.objects.filter(action="session.outlook_edit_undone").count() == 1
    etag = stage.event.etag
    stage.run(session)
    assert stage.event.etag == etag


def test_a_put_back_that_fails_on_the_way_is_made_good(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    put_back(stage.ports, session=session, actor=owner)
    stage.calendar.fail_next(VerdictKind.UNKNOWN, on="update", carried_out=False)
    with pytest.raises(ProviderFailure):
        stage.run(session)
    stage.run(session)
    assert stage.event.starts_at == session.starts_at


def test_a_deleted_event_is_not_made_again_by_itself(stage: Stage) -> None:
    session = deleted(stage)
    stage.run(session)
    assert stage.calendar.events == []
    entry = entry_of(session)
    assert (entry.problem_code, entry.state) == (DELETED_IN_OUTLOOK, EntryState.CREATED)
    assert stage.events_told().count("session.entry_missing") == 1


def test_an_event_cancelled_in_outlook_counts_as_deleted(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    stage.calendar.edit(stage.event.event_id, cancelled=True)
    stage.run(session)
    assert entry_of(session).problem_code == DELETED_IN_OUTLOOK


def test_putting_a_deleted_event_back_makes_a_new_one(stage: Stage, owner: Actor) -> None:
    session = deleted(stage)
    put_back(stage.ports, session=session, actor=owner)
    stage.run(session)
    entry = entry_of(session)
    assert (entry.event_id, entry.generation) == (stage.event.event_id, 2)
    assert (entry.edited, entry.problem) == ({}, "")
    assert stage.events_told().count("session.entry_missing") == 1


def test_taking_a_deletion_cancels_the_session(stage: Stage, owner: Actor) -> None:
    session = deleted(stage)
    take_outlook_edit(stage.ports, session=session, actor=owner)
    session.refresh_from_db()
    assert session.cancelled_at == stage.clock.now()
    stage.run(session)
    assert stage.calendar.events == []
    assert entry_of(session).state == EntryState.CANCELLED
    assert "session.cancelled" in stage.events_told()


def test_whoever_moves_it_back_in_outlook_has_undone_it(stage: Stage) -> None:
    session = moved(stage)
    stage.calendar.edit(stage.event.event_id, starts_at=session.starts_at, ends_at=session.ends_at)
    stage.run(session)
    assert (entry_of(session).edited, entry_of(session).problem) == ({}, "")


def test_another_time_chosen_in_classbell_is_a_decision(stage: Stage) -> None:
    session = moved(stage)
    session.starts_at += timedelta(days=1)
    session.ends_at += timedelta(days=1)
    session.save()
    stage.run(session)
    assert stage.event.starts_at == session.starts_at
    assert entry_of(session).edited == {}


def test_a_session_cancelled_meanwhile_has_nothing_to_decide(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    session.cancelled_at = stage.clock.now()
    session.save()
    stage.run(session)
    assert stage.calendar.events == []
    with pytest.raises(InvalidInput, match="Nothing that was done"):
        put_back(stage.ports, session=session, actor=owner)


def test_a_decision_about_an_edit_that_changed_again_is_refused(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    edit = outlook_edit(entry_of(session).edited)
    assert edit is not None
    event = stage.event
    stage.calendar.edit(event.event_id, ends_at=event.ends_at + LATER)
    stage.run(session)
    with pytest.raises(InvalidInput, match="again meanwhile"):
        take_outlook_edit(stage.ports, session=session, actor=owner, mark=edit.mark)
    assert stage.events_told().count("session.entry_moved") == 2


def test_a_deadline_beyond_the_new_end_becomes_that_end(stage: Stage, owner: Actor) -> None:
    session = moved(stage)
    event = stage.event
    earlier = timedelta(days=1)
    stage.calendar.edit(
        event.event_id, starts_at=event.starts_at - earlier, ends_at=event.ends_at - earlier
    )
    CourseSession.objects.filter(pk=session.pk).update(enrolment_deadline=session.ends_at)
    stage.run(session)
    take_outlook_edit(stage.ports, session=session, actor=owner)
    session.refresh_from_db()
    assert session.enrolment_deadline == session.ends_at


def test_our_own_unfinished_cancellation_is_nobodys_deletion(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    session.published = False
    session.save()
    stage.calendar.fail_next(VerdictKind.RETRY, on="cancel", carried_out=True)
    with pytest.raises(ProviderFailure):
        stage.run(session)
    session.published = True
    session.save()
    stage.run(session)
    assert stage.event.starts_at == session.starts_at
    assert entry_of(session).edited == {}


def test_somebody_faster_who_moves_the_event_is_asked_about(stage: Stage) -> None:
    session = stage.session()
    stage.run(session)
    an_enrolment(session, a_person("Ana Sørensen"))
    first = stage.event
    stage.calendar.interfere = lambda: stage.calendar.edit(
        first.event_id, starts_at=first.starts_at + LATER, ends_at=first.ends_at + LATER
    )
    assert stage.run(session) is not None
    assert stage.event.starts_at == first.starts_at + LATER
    stage.run(session)
    assert entry_of(session).problem_code == MOVED_IN_OUTLOOK


@pytest.mark.parametrize("act", [take_outlook_edit, put_back])
def test_owner_may_colleague_and_stranger_may_not(
    stage: Stage, cast: Cast, act: Callable[..., CourseSession]
) -> None:
    session = moved(stage)
    for person, refusal in ((cast.colleague, NotAllowed), (cast.stranger, NotFoundHere)):
        with pytest.raises(refusal):
            act(stage.ports, session=session, actor=Actor.of(person))
    assert entry_of(session).edited
    act(stage.ports, session=session, actor=Actor.of(cast.owner))
    assert not entry_of(session).edited
