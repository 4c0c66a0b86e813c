"""Disconnecting: counted before, complete after."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.disconnect import DisconnectPlan, disconnect, disconnect_plan
from classbell.domain.connections.tokens import mailbox_for
from classbell.domain.notifications.expand import expand_notification
from classbell.domain.notifications.notify import notify
from classbell.domain.organisations.audit import OPERATOR, Actor
from classbell.ports.errors import InvalidInput, NotAllowed, NotFoundHere, ProviderFailure
from classbell.storage.models import (
    Account,
    AccountState,
    AuditEntry,
    Connection,
    CourseSession,
    DomainEvent,
    Entry,
    EntryState,
    Lane,
    Message,
    MessageState,
    WorkItem,
)
from tests.domain.connections.stage import Stage
from tests.support import a_session

pytestmark = pytest.mark.django_db


def an_entry(stage: Stage, account: Account, session: CourseSession, answer: str = "") -> Entry:
    return Entry.objects.create(
        session=session,
        account=account,
        state=EntryState.CREATED,
        event_id=f"event of {session.code}",
        room_answer=answer,
        requested_at=stage.clock.now(),
    )


def press(stage: Stage, actor: Actor | None = None) -> DisconnectPlan:
    return disconnect(stage.ports, catalog=stage.catalog, actor=actor or Actor.of(stage.owner))


def test_the_plan_counts_what_would_be_concerned(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message()
    stage.a_message(MessageState.HELD)
    stage.a_message(MessageState.ACCEPTED)
    booked = a_session(stage.catalog, "A", room_address="harbour@contoso.example")
    online = a_session(stage.catalog, "B")
    an_entry(stage, account, booked, "accepted")
    an_entry(stage, account, online)

    assert disconnect_plan(stage.ports, stage.catalog) == DisconnectPlan(
        waiting_messages=2, upcoming_sessions=2, booked_rooms=1, shared_with=0
    )
    assert Connection.objects.get(catalog=stage.catalog).account == account


def test_disconnect_deletes_tokens_and_keeps_mail_until_it_expires(stage: Stage) -> None:
    account = stage.connect()
    message = stage.a_message()
    sent = stage.a_message(MessageState.ACCEPTED)
    expires_at = message.expires_at

    press(stage)

    account.refresh_from_db()
    assert (account.state, bytes(account.sealed_tokens)) == (AccountState.DISCONNECTED, b"")
    connection = Connection.objects.get(catalog=stage.catalog)
    assert (connection.account, connection.former_account) == (None, account)
    assert connection.disconnected_at == stage.clock.now()
    message.refresh_from_db()
    assert (message.state, message.lane_id) == (MessageState.HELD, None)
    assert message.reason_code == "disconnected"
    assert message.expires_at == expires_at
    sent.refresh_from_db()
    assert sent.state == MessageState.ACCEPTED
    with pytest.raises(ProviderFailure, match="disconnected"):
        mailbox_for(stage.ports, account.id)


def test_disconnect_stops_the_work_and_cancels_nothing_at_microsoft(stage: Stage) -> None:
    session = a_session(stage.catalog)
    account = stage.connect()
    entry = an_entry(stage, account, session)
    assert WorkItem.objects.filter(lane=mailbox_lane(account)).exists()

    press(stage)

    assert not WorkItem.objects.filter(lane=mailbox_lane(account)).exists()
    entry.refresh_from_db()
    assert entry.state == EntryState.CREATED
    assert not stage.calendar.cancelled


def test_what_falls_due_while_disconnected_is_held_and_goes_out_after_reconnecting(
    stage: Stage,
) -> None:
    session = a_session(stage.catalog)
    account = stage.connect()
    press(stage)
    notification = notify(
        stage.ports,
        kind="enrolment_confirmed",
        organisation_id=stage.catalog.organisation_id,
        catalog=stage.catalog,
        audience=[stage.cast.learner.id],
        context={"session": str(session.id)},
    )
    assert notification is not None
    housekeeping = Lane.objects.get(kind="housekeeping")
    expand_notification(stage.ports, housekeeping, str(notification.id))
    message = Message.objects.get(notification=notification)
    assert (message.state, message.reason_code) == (MessageState.HELD, "disconnected")

    assert stage.connect() == account
    message.refresh_from_db()
    assert (message.state, message.lane) == (MessageState.QUEUED, mailbox_lane(account))


def test_disconnecting_one_catalog_leaves_the_others(stage: Stage) -> None:
    account = stage.connect()
    mine = stage.cast
    stage.cast = replace(mine, catalog=mine.other_catalog, owner=mine.colleague)
    stage.connect()
    a_session(mine.catalog, "MINE")
    theirs = a_session(mine.other_catalog, "THEIRS")
    work = {"lane": mailbox_lane(account), "kind": "reconcile", "due_at": stage.clock.now()}
    WorkItem.objects.create(subject=str(theirs.id), **work)
    message = stage.a_message()
    stage.cast = mine

    assert press(stage).shared_with == 1

    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED
    assert mailbox_for(stage.ports, account.id).access_token.startswith("access-")
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert WorkItem.objects.filter(subject=str(theirs.id)).exists()


def test_owner_colleague_stranger_lms_admin_and_operator_disconnect(stage: Stage) -> None:
    account = stage.connect()
    for person in (stage.cast.colleague, stage.cast.lms_admin, stage.cast.learner):
        with pytest.raises(NotAllowed):
            press(stage, Actor.of(person))
    with pytest.raises(NotFoundHere):
        press(stage, Actor.of(stage.cast.stranger))
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED

    press(stage, OPERATOR)
    account.refresh_from_db()
    assert account.state == AccountState.DISCONNECTED


def test_disconnect_is_on_the_record_with_its_counts(stage: Stage) -> None:
    stage.connect()
    stage.a_message()
    press(stage)

    entry = AuditEntry.objects.get(action="connection.disconnected")
    assert entry.before == {"account": "learning@contoso.example"}
    assert entry.after["waiting_messages"] == 1
    assert DomainEvent.objects.filter(name="connection.disconnected").count() == 1


def test_disconnecting_twice_says_that_nothing_is_connected(stage: Stage) -> None:
    stage.connect()
    press(stage)

    with pytest.raises(InvalidInput, match="No account is connected"):
        press(stage)


def test_there_is_nothing_to_count_where_nothing_is_connected(stage: Stage) -> None:
    assert disconnect_plan(stage.ports, stage.catalog) == DisconnectPlan(0, 0, 0, 0)
    assert isinstance(stage.catalog.id, UUID)
