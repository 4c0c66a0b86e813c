"""Another account, a switched-off catalog, a reconnection: whose calendar holds the event."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.notifications.reminders.send import REMIND
from classbell.domain.scheduling.reconcile import reconcile
from classbell.domain.scheduling.request import request_all, request_entry
from classbell.storage.models import (
    Account,
    AccountState,
    Connection,
    CourseSession,
    EntryState,
    RetiredEvent,
    WorkItem,
)
from tests.domain.scheduling.stage import Stage, entry_of
from tests.support import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.store]


def another_account(stage: Stage) -> Account:
    """Connect the catalog to another account."""
    account = Account.objects.create(
        organisation=stage.catalog.organisation,
        object_id=uuid4(),
        address="academy@contoso.example",
        name="Academy",
        state=AccountState.CONNECTED,
        granted_scopes=["Calendars.ReadWrite", "Mail.Send", "User.Read"],
        token_expires_at=NOW + timedelta(days=400),
        connected_at=NOW,
    )
    account.sealed_tokens = stage.ports.cipher.seal(
        b'{"access_token": "other", "refresh_token": "other"}',
        bound_to=f"account.tokens:{account.id}",
    )
    account.save()
    Connection.objects.update(account=account)
    return account


def asked(account: Account) -> set[str]:
    rows = WorkItem.objects.filter(lane=mailbox_lane(account), kind="reconcile")
    return set(rows.values_list("subject", flat=True))


def test_asking_gathers_a_few_seconds_and_knows_the_lane(stage: Stage) -> None:
    session = stage.session()
    request_entry(stage.ports, session)
    stage.clock.advance(timedelta(seconds=3))
    request_entry(stage.ports, session)
    (item,) = WorkItem.objects.filter(lane=stage.lane, kind="reconcile")
    assert item.due_at == NOW + timedelta(seconds=5)


def test_connecting_asks_for_all_to_come_and_for_the_rooms(stage: Stage) -> None:
    coming = stage.session(code="A")
    stage.session(code="B", starts_at=NOW - timedelta(days=1))
    stage.session(code="C", published=False)
    cancelled = stage.session(code="D")
    stage.run(cancelled)
    CourseSession.objects.filter(pk=cancelled.pk).update(cancelled_at=NOW)
    assert request_all(stage.ports, stage.catalog) == 2
    assert asked(stage.account) == {str(coming.pk), str(cancelled.pk)}
    assert WorkItem.objects.filter(kind="refresh_rooms").count() == 1


def test_nothing_is_asked_for_where_nobody_serves(stage: Stage) -> None:
    session = stage.session()
    for change in ({"enabled": False}, {"enabled": True, "account": None}):
        Connection.objects.update(**change)
        request_entry(stage.ports, session)
        assert request_all(stage.ports, stage.catalog) == 0
    assert not WorkItem.objects.exclude(kind=REMIND).exists()


def test_the_old_account_clears_its_event_before_the_new_one_asks_the_room(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    old = entry_of(session).event_id
    new = another_account(stage)
    again = reconcile(stage.ports, mailbox_lane(new), str(session.pk))
    assert again is None or again > stage.clock.now()
    assert asked(stage.account) == {str(session.pk)}
    reconcile(stage.ports, stage.lane, str(session.pk))
    assert [one.event_id for one in stage.calendar.cancelled] == [old]
    reconcile(stage.ports, mailbox_lane(new), str(session.pk))
    assert entry_of(session).account == new
    assert stage.event.event_id != old
    assert not RetiredEvent.objects.filter(cancelled_at=None).exists()


def test_what_the_old_account_cannot_cancel_any_more_stays_on_the_list(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    old = entry_of(session).event_id
    stage.account.state = AccountState.DISCONNECTED
    stage.account.save()
    new = another_account(stage)
    reconcile(stage.ports, mailbox_lane(new), str(session.pk))
    assert entry_of(session).account == new
    (left,) = RetiredEvent.objects.filter(cancelled_at=None)
    assert (left.account, left.event_id) == (stage.account, old)


def test_a_session_cancelled_after_the_change_is_cleared_by_the_old_account(stage: Stage) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    new = another_account(stage)
    session.cancelled_at, session.cancel_message = NOW, "Ivo is ill."
    session.save()
    reconcile(stage.ports, mailbox_lane(new), str(session.pk))
    reconcile(stage.ports, stage.lane, str(session.pk))
    assert stage.calendar.events == []
    assert entry_of(session).state == EntryState.CANCELLED
    (cancelled,) = stage.calendar.cancelled
    assert cancelled.comment.endswith("was cancelled.\n\nIvo is ill.")


def test_switching_off_leaves_the_event_and_switching_on_brings_it_up_to_date(
    stage: Stage,
) -> None:
    session = stage.session("Ana Sørensen")
    stage.run(session)
    Connection.objects.update(enabled=False)
    session.title = "Afternoon"
    session.save()
    assert stage.run(session) is None
    assert stage.event.subject == "Fire safety: Session 1"
    Connection.objects.update(enabled=True)
    stage.run(session)
    assert stage.event.subject == "Fire safety: Afternoon"


def test_a_session_that_is_gone_is_nothing_to_do(stage: Stage) -> None:
    assert reconcile(stage.ports, stage.lane, str(uuid4())) is None
