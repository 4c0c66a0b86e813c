"""A change of account carried out: sessions move one by one, then the former account is let go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.handover import events_cleared, hand_over, handover_of
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.domain.scheduling.reconcile import reconcile
from classbell.ports.calendar import Answer, EntrySnapshot
from classbell.ports.errors import NotAllowed, NotFoundHere
from classbell.storage.models import (
    Account,
    AccountChange,
    AccountState,
    Connection,
    CourseSession,
    Entry,
    Notification,
    RetiredEvent,
    WorkItem,
)
from tests.domain.connections.stage import Stage
from tests.support import a_person, a_session, an_enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.store]

HARBOUR = "harbour@contoso.example"


def look(stage: Stage, account: Account, session: CourseSession) -> None:
    account.refresh_from_db()
    reconcile(stage.ports, mailbox_lane(account), str(session.pk))


def see(stage: Stage) -> timedelta | None:
    change = AccountChange.objects.get()
    again = hand_over(stage.ports, mailbox_lane(change.to_account), str(change.pk))
    return None if again is None else again - stage.clock.now()


def a_booked_session(stage: Stage) -> tuple[CourseSession, Account]:
    """A session whose entry is in the first account's calendar, its room accepted."""
    account = stage.connect()
    session = a_session(stage.catalog, room_address=HARBOUR)
    an_enrolment(session, a_person("Ana Oliveira"))
    look(stage, account, session)
    stage.calendar.answer(the_event(stage).event_id, HARBOUR, Answer.ACCEPTED)
    look(stage, account, session)
    return session, account


def the_event(stage: Stage) -> EntrySnapshot:
    (event,) = stage.calendar.events
    return event


def change_account(stage: Stage) -> Account:
    """Sign in with another account and save it."""
    stage.another_account("academy")
    return stage.connect()


def test_the_former_account_cancels_then_the_new_one_makes_and_then_it_is_let_go(
    stage: Stage,
) -> None:
    session, former = a_booked_session(stage)
    old = the_event(stage).event_id
    new = change_account(stage)
    former.refresh_from_db()
    assert former.state == AccountState.CONNECTED
    assert see(stage) == timedelta(minutes=1)
    look(stage, new, session)
    assert the_event(stage).event_id == old, "the room would refuse while the old event stands"
    assert see(stage) == timedelta(minutes=1)
    look(stage, former, session)
    assert [(one.event_id, one.attendees) for one in stage.calendar.cancelled] == [
        (old, ("ana.oliveira@contoso.example", HARBOUR))
    ]
    assert "A new invitation comes from academy@contoso.example." in (
        stage.calendar.cancelled[0].comment
    )
    assert see(stage) == timedelta(minutes=1), "nothing is done while it stands in no calendar"
    look(stage, new, session)
    assert Entry.objects.get().account == new
    assert {one.address for one in the_event(stage).answers} == {
        "ana.oliveira@contoso.example",
        HARBOUR,
    }
    assert see(stage) is None
    former.refresh_from_db()
    assert former.state == AccountState.DISCONNECTED
    assert former.sealed_tokens == b""
    assert handover_of(stage.ports, stage.catalog).left == ()
    assert not Notification.objects.filter(kind="invitation_dead").exists()


def test_without_sessions_to_come_the_former_account_is_let_go_at_once(stage: Stage) -> None:
    former = stage.connect()
    change_account(stage)
    former.refresh_from_db()
    assert former.state == AccountState.DISCONNECTED
    assert not AccountChange.objects.exists()


def test_a_former_account_that_is_gone_leaves_a_list_and_people_are_told_once(
    stage: Stage,
) -> None:
    session, former = a_booked_session(stage)
    former.state = AccountState.LOST
    former.save()
    new = change_account(stage)
    former.refresh_from_db()
    assert former.state == AccountState.DISCONNECTED
    for _ in range(2):
        look(stage, new, session)
    (told,) = Notification.objects.filter(kind="invitation_dead")
    assert told.audience == [a_person("Ana Oliveira").pk.hex]
    handover = handover_of(stage.ports, stage.catalog)
    assert [event.session for event in handover.left] == [session]
    assert handover.left[0].told_at is not None
    assert see(stage) is None


def test_a_room_that_a_dead_event_held_is_requested_again_when_it_is_free(stage: Stage) -> None:
    session, former = a_booked_session(stage)
    former.state = AccountState.LOST
    former.save()
    new = change_account(stage)
    stage.rooms.take(HARBOUR, session.starts_at, session.ends_at)
    look(stage, new, session)
    event = Entry.objects.get().event_id
    stage.calendar.answer(event, HARBOUR, Answer.DECLINED)
    look(stage, new, session)
    assert Entry.objects.get().room_answer == "declined"
    stage.rooms.free(HARBOUR)
    look(stage, new, session)
    look(stage, new, session)
    assert Entry.objects.get().room_answer == "none"
    stage.calendar.answer(event, HARBOUR, Answer.ACCEPTED)
    look(stage, new, session)
    assert Entry.objects.get().room_answer == "accepted"


def test_a_room_that_had_not_read_the_cancellation_yet_is_requested_again(stage: Stage) -> None:
    session, former = a_booked_session(stage)
    new = change_account(stage)
    for account in (new, former, new):
        look(stage, account, session)
    event = the_event(stage).event_id
    stage.calendar.answer(event, HARBOUR, Answer.DECLINED)
    look(stage, new, session)
    look(stage, new, session)
    assert Entry.objects.get().room_answer == "none", "it is free, so it is asked once more"
    stage.calendar.answer(event, HARBOUR, Answer.ACCEPTED)
    look(stage, new, session)
    assert Entry.objects.get().room_answer == "accepted"


def test_what_an_admin_cleared_goes_off_the_list(stage: Stage) -> None:
    session, former = a_booked_session(stage)
    former.state = AccountState.LOST
    former.save()
    new = change_account(stage)
    look(stage, new, session)
    WorkItem.objects.all().delete()
    for person, refusal in (
        (stage.cast.colleague, NotAllowed),
        (stage.cast.stranger, NotFoundHere),
    ):
        with pytest.raises(refusal):
            events_cleared(stage.ports, catalog=stage.catalog, actor=Actor.of(person))
    assert events_cleared(stage.ports, catalog=stage.catalog, actor=OPERATOR) == 1
    assert handover_of(stage.ports, stage.catalog).left == ()
    assert WorkItem.objects.filter(kind="reconcile", subject=str(session.pk)).exists()
    assert not RetiredEvent.objects.filter(cancelled_at=None).exists()


def test_an_account_that_another_catalog_uses_is_not_let_go(stage: Stage) -> None:
    session, former = a_booked_session(stage)
    Connection.objects.create(catalog=stage.cast.other_catalog, enabled=True, account=former)
    new = change_account(stage)
    for account in (new, former, new):
        look(stage, account, session)
    assert see(stage) is None
    former.refresh_from_db()
    assert former.state == AccountState.CONNECTED
