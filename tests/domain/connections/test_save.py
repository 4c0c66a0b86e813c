"""Save, Cancel and the toggle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.save import cancel_pending, save_settings
from classbell.domain.connections.scopes import EMAIL_ONLY
from classbell.domain.connections.sealing import account_place, open_tokens
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import ConfigurationFault, InvalidInput, NotAllowed, NotFoundHere
from classbell.storage.models import (
    Account,
    AccountState,
    AuditEntry,
    Connection,
    DomainEvent,
    Message,
    MessageState,
    Notification,
    PendingConnection,
    Person,
    WorkItem,
)
from tests.domain.connections.stage import BROWSER, Stage
from tests.support import a_session

pytestmark = pytest.mark.django_db


def save_as(stage: Stage, person: Person, *, enabled: bool) -> Connection:
    return save_settings(
        stage.ports,
        catalog=stage.catalog,
        person=person,
        browser_key=BROWSER,
        enabled=enabled,
        actor=Actor.of(person),
    )


def test_save_connects_the_account_that_signed_in(stage: Stage) -> None:
    stage.sign_in()
    connection = stage.save()

    account = connection.account
    assert account is not None
    assert (account.state, account.address) == (AccountState.CONNECTED, "learning@contoso.example")
    assert connection.enabled
    assert connection.connected_by == stage.owner
    assert connection.connected_at == connection.saved_at == stage.clock.now()
    assert not PendingConnection.objects.exists()
    assert account.capabilities.filter(state="ready").count() == 5


def test_the_account_is_sent_a_confirmation(stage: Stage) -> None:
    account = stage.connect()

    notification = Notification.objects.get(kind="account_connected")
    assert notification.catalog == stage.catalog
    assert notification.audience == [["learning@contoso.example", "Contoso Learning"]]
    assert notification.context == {"account": str(account.id)}


def test_sessions_to_come_and_the_rooms_are_looked_at(stage: Stage) -> None:
    upcoming = a_session(stage.catalog, "FIRE-1")
    over = a_session(stage.catalog, "FIRE-0", starts_at=stage.clock.now() - timedelta(days=3))
    account = stage.connect()

    asked = WorkItem.objects.filter(lane=mailbox_lane(account))
    assert str(upcoming.id) in asked.filter(kind="reconcile").values_list("subject", flat=True)
    assert not asked.filter(subject=str(over.id)).exists()
    assert asked.filter(kind="refresh_rooms").exists()


def test_an_account_for_mail_only_is_not_asked_for_entries(stage: Stage) -> None:
    a_session(stage.catalog)
    stage.sign_in(scopes=EMAIL_ONLY)
    account = stage.save().account
    assert account is not None

    asked = WorkItem.objects.filter(lane=mailbox_lane(account)).values_list("kind", flat=True)
    assert list(asked) == ["daily_check"]


def test_the_act_is_on_the_record_without_any_token(stage: Stage) -> None:
    stage.connect()

    entry = AuditEntry.objects.get(action="connection.saved")
    assert (entry.actor, entry.catalog) == (stage.owner, stage.catalog)
    assert entry.before == {"enabled": False, "account": ""}
    assert entry.after == {"enabled": True, "account": "learning@contoso.example"}
    event = DomainEvent.objects.get(name="connection.saved")
    assert event.payload["catalog"] == "academy"
    written = str(list(AuditEntry.objects.values())) + str(list(DomainEvent.objects.values()))
    assert "access-" not in written
    assert "refresh-" not in written


def test_tokens_open_in_their_own_row_only(stage: Stage) -> None:
    account = stage.connect()

    assert open_tokens(
        stage.ports, account.sealed_tokens, place=account_place(account.id)
    ).refresh_token.startswith("refresh-")
    with pytest.raises(ConfigurationFault):
        open_tokens(stage.ports, account.sealed_tokens, place=account_place(stage.owner.id))


def test_the_toggle_without_an_account_says_to_connect_first(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match="Select Connect") as refused:
        stage.save()

    assert refused.value.field == "enabled"
    assert not Connection.objects.filter(enabled=True).exists()


def test_what_signed_in_too_long_ago_is_not_saved(stage: Stage) -> None:
    stage.sign_in()
    stage.clock.advance(timedelta(minutes=30))

    with pytest.raises(InvalidInput, match="No account is connected"):
        stage.save()
    assert not Account.objects.exists()


def test_another_browser_or_person_does_not_save_what_waits(stage: Stage) -> None:
    stage.sign_in()

    with pytest.raises(InvalidInput):
        save_settings(
            stage.ports,
            catalog=stage.catalog,
            person=stage.owner,
            browser_key="other",
            enabled=True,
            actor=Actor.of(stage.owner),
        )
    assert not Account.objects.exists()


def test_owner_colleague_stranger_and_lms_admin_press_save(stage: Stage) -> None:
    stage.sign_in()
    for person in (stage.cast.colleague, stage.cast.lms_admin):
        with pytest.raises(NotAllowed):
            save_as(stage, person, enabled=True)
    with pytest.raises(NotFoundHere):
        save_as(stage, stage.cast.stranger, enabled=True)
    assert not Account.objects.exists()
    assert save_as(stage, stage.owner, enabled=True).account is not None


def test_an_account_that_can_never_send_is_refused_with_the_reason(stage: Stage) -> None:
    stage.facts.the_plans = ()
    stage.sign_in()

    with pytest.raises(InvalidInput, match="Shared mailboxes"):
        stage.save()
    assert not Account.objects.exists()
    assert PendingConnection.objects.exists()


def test_a_guest_is_refused(stage: Stage) -> None:
    stage.facts.the_profile = replace(stage.facts.the_profile, user_type="Guest")
    stage.sign_in()

    with pytest.raises(InvalidInput, match="guest"):
        stage.save()


def test_cancel_forgets_what_waits_and_leaves_the_rest(stage: Stage) -> None:
    account = stage.connect()
    stage.another_account()
    stage.sign_in()

    assert cancel_pending(
        stage.ports, catalog=stage.catalog, person=stage.owner, browser_key=BROWSER
    )

    assert not PendingConnection.objects.exists()
    assert Connection.objects.get(catalog=stage.catalog).account == account
    assert not cancel_pending(
        stage.ports, catalog=stage.catalog, person=stage.owner, browser_key=BROWSER
    )


def test_switching_off_keeps_account_and_tokens_and_sets_waiting_mail_aside(stage: Stage) -> None:
    account = stage.connect()
    message = stage.a_message()
    connection = stage.save(enabled=False)

    assert (connection.enabled, connection.account) == (False, account)
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED
    assert account.sealed_tokens
    message.refresh_from_db()
    assert (message.state, message.lane_id) == (MessageState.HELD, None)
    assert message.reason_code == "switched_off"
    assert AuditEntry.objects.filter(action="connection.switched_off").count() == 1


def test_switching_on_again_lets_go_what_has_not_expired(stage: Stage) -> None:
    account = stage.connect()
    fresh = stage.a_message()
    stale = stage.a_message(expires_at=stage.clock.now() + timedelta(hours=1))
    stage.save(enabled=False)
    stage.clock.advance(timedelta(hours=2))
    stage.save()

    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {fresh.pk: MessageState.QUEUED, stale.pk: MessageState.EXPIRED}
    fresh.refresh_from_db()
    assert fresh.lane == mailbox_lane(account)


def test_saving_twice_changes_and_records_nothing_more(stage: Stage) -> None:
    stage.connect()
    before = AuditEntry.objects.count()
    stage.save()

    assert AuditEntry.objects.count() == before
    assert Notification.objects.filter(kind="account_connected").count() == 1


def test_saving_with_the_toggle_off_connects_nothing(stage: Stage) -> None:
    stage.sign_in()
    connection = stage.save(enabled=False)

    assert (connection.enabled, connection.account) == (False, None)
    assert not PendingConnection.objects.exists()
    assert not Account.objects.exists()


def test_two_catalogs_with_one_account_share_its_tokens_and_its_lane(stage: Stage) -> None:
    first = stage.connect()
    version = first.token_version
    stage.cast = replace(stage.cast, catalog=stage.cast.other_catalog, owner=stage.cast.colleague)
    second = stage.connect()

    assert second == first
    assert second.token_version > version
    assert Account.objects.count() == 1
    assert Connection.objects.filter(account=first).count() == 2


def test_another_account_takes_over_and_waiting_mail_waits_for_a_decision(stage: Stage) -> None:
    former = stage.connect()
    message = stage.a_message()
    stage.another_account()
    now_used = stage.connect()

    assert now_used != former
    former.refresh_from_db()
    assert (former.state, bytes(former.sealed_tokens)) == (AccountState.DISCONNECTED, b"")
    message.refresh_from_db()
    assert (message.state, message.reason_code) == (MessageState.HELD, "account_changed")
    entry = AuditEntry.objects.filter(action="connection.saved").latest("id")
    assert entry.before["account"] == "learning@contoso.example"
    assert entry.after["account"] == "events@contoso.example"
