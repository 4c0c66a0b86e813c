"""The daily look: nothing grows old unseen, and what was mended elsewhere is noticed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from classbell.delivery.lanes import housekeeping_lane, mailbox_lane
from classbell.domain.connections.check_now import check_now
from classbell.domain.connections.daily import ask_operator_check, daily_check, operator_check
from classbell.domain.connections.daily_times import DAILY_CHECK
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.connections.lost import account_lost, lane_verdict
from classbell.domain.organisations.audit import Actor
from classbell.ports.account import ServicePlan
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.storage.models import (
    Account,
    AccountState,
    HealthEvent,
    Incident,
    MessageState,
    Notification,
    WorkItem,
)
from tests.domain.connections.stage import Stage

pytestmark = pytest.mark.django_db

POLICY = Verdict(VerdictKind.ADMIN_NEEDED, "AADSTS53003", "A policy blocks this.", status=400)
FULL = Verdict(VerdictKind.MAILBOX_UNUSABLE, "ErrorQuotaExceeded", "It is full.", status=507)
REVOKED = Verdict(VerdictKind.SIGN_IN_AGAIN, "AADSTS50173", "It was revoked.", status=400)
DAY = timedelta(days=1)


def look(stage: Stage, account: Account) -> datetime | None:
    return daily_check(stage.ports, mailbox_lane(account), str(account.pk))


def due(account: Account) -> datetime:
    return WorkItem.objects.get(kind=DAILY_CHECK, subject=str(account.pk)).due_at


def test_connecting_asks_for_the_first_look_within_about_a_day(stage: Stage) -> None:
    account = stage.connect()
    assert timedelta(hours=22) <= due(account) - stage.clock.now() <= timedelta(hours=26)


def test_an_account_nobody_uses_is_renewed_daily_and_never_reaches_ninety_days(
    stage: Stage,
) -> None:
    account = stage.connect()
    for _ in range(3):
        before = Account.objects.get().token_version
        again_at = look(stage, account)
        assert again_at is not None
        assert again_at - stage.clock.now() < 2 * DAY
        assert Account.objects.get().token_version == before + 1
        stage.clock.set(again_at)
    assert HealthEvent.objects.filter(name="checked").count() == 3


def test_a_licence_that_was_taken_away_shows_after_the_next_look(stage: Stage) -> None:
    account = stage.connect()
    stage.facts.the_plans = tuple[ServicePlan, ...]()
    look(stage, account)

    mail = account.capabilities.get(capability="mail")
    assert mail.state != "ready"
    assert "mail is" in HealthEvent.objects.get(name="checked").detail


def test_a_disconnected_account_is_left_alone(stage: Stage) -> None:
    account = stage.connect()
    disconnect(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    assert look(stage, account) is None
    assert not stage.identity.named("refresh")


def test_a_policy_that_was_mended_is_noticed_within_the_hour_and_mail_goes(stage: Stage) -> None:
    account = stage.connect()
    message = stage.a_message()
    account_lost(stage.ports, account.id, POLICY)
    assert due(account) == stage.clock.now() + timedelta(hours=1)
    stage.identity.fail_next(POLICY, on="refresh")
    assert look(stage, account) == stage.clock.now() + timedelta(hours=1)
    assert Account.objects.get().state == AccountState.LOST

    stage.clock.advance(timedelta(hours=1))
    look(stage, account)

    assert Account.objects.get().state == AccountState.CONNECTED
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert Notification.objects.filter(kind="connection_restored").count() == 1


def test_after_a_day_a_lost_account_is_tried_daily(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, POLICY)
    stage.clock.advance(timedelta(days=2))
    stage.identity.fail_next(POLICY, on="refresh")

    again_at = look(stage, account)

    assert again_at is not None
    assert again_at - stage.clock.now() >= timedelta(hours=22)


def test_a_full_mailbox_is_back_only_when_it_sent_a_message_to_itself(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, FULL)
    mailer = stage.ports.mail
    mailer.fail_next(FULL)  # type: ignore[attr-defined]  # the fake

    look(stage, account)
    assert Account.objects.get().state == AccountState.LOST
    assert Incident.objects.count() == 1

    look(stage, account)
    assert Account.objects.get().state == AccountState.CONNECTED
    assert len(mailer.to(account.address)) == 1  # type: ignore[attr-defined]  # the fake


def gone(stage: Stage) -> None:
    """Let Exchange Online have no mailbox for the account any more."""
    verdict = Verdict(VerdictKind.MAILBOX_UNUSABLE, code="MailboxNotEnabledForRESTAPI", status=404)
    stage.calendar.fail_always(verdict)


def test_a_mailbox_that_is_gone_is_told_before_a_message_meets_it(stage: Stage) -> None:
    account = stage.connect()
    stage.clock.advance(timedelta(days=1, hours=3))
    gone(stage)

    with pytest.raises(ProviderFailure) as told:
        look(stage, account)
    lane_verdict(stage.ports, mailbox_lane(account), told.value.verdict)

    account.refresh_from_db()
    assert account.state == AccountState.LOST
    assert Notification.objects.filter(kind="connection_lost").count() == 1
    assert {line.capability for line in account.capabilities.all()} >= {"mail", "calendar"}


def test_check_now_tells_a_mailbox_that_is_gone_too(stage: Stage) -> None:
    account = stage.connect()
    gone(stage)
    check_now(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED, "it may still be in the making"

    stage.clock.advance(timedelta(hours=1))
    check_now(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    account.refresh_from_db()
    assert account.state == AccountState.LOST


def test_check_now_renews_a_token_that_is_refused_once_and_asks_again(stage: Stage) -> None:
    account = stage.connect()
    challenge = '{"access_token":{"nbf":{}}}'
    refused = Verdict(
        VerdictKind.SIGN_IN_AGAIN, "InvalidAuthenticationToken", status=401, claims=challenge
    )
    stage.facts.fail_next(refused, on="profile")

    lines = check_now(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    assert {line.state.value for line in lines} <= {"ready", "not_checked"}
    [call] = stage.identity.named("refresh")
    assert call.arguments["claims"] == challenge
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED


def test_check_now_brings_a_mended_account_back(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, POLICY)

    check_now(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED


def test_check_now_that_finds_the_sign_in_revoked_says_so_and_it_is_lost(stage: Stage) -> None:
    account = stage.connect()
    stage.clock.advance(2 * DAY)
    stage.identity.fail_next(REVOKED, on="refresh")

    with pytest.raises(ProviderFailure):
        check_now(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))

    account.refresh_from_db()
    assert account.state == AccountState.LOST


def test_the_installations_own_work_looks_after_accounts_nobody_asked_for(stage: Stage) -> None:
    account = stage.connect()
    WorkItem.objects.all().delete()
    ask_operator_check(stage.ports)
    lane = housekeeping_lane(None)

    assert operator_check(stage.ports, lane, "installation") == stage.clock.now() + DAY
    assert due(account) > stage.clock.now()
