"""Lost, told once, held, and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from classbell.delivery.lanes import housekeeping_lane, mailbox_lane, system_lane
from classbell.domain.connections.lost import account_lost, lane_verdict
from classbell.ports.errors import Verdict, VerdictKind
from classbell.storage.models import (
    Account,
    AccountState,
    AuditEntry,
    DomainEvent,
    Incident,
    Message,
    MessageState,
    Notification,
    WorkItem,
)
from tests.domain.connections.stage import Stage

REVOKED = Verdict(
    VerdictKind.SIGN_IN_AGAIN,
    code="AADSTS50173",
    explanation="The sign-in was revoked.",
    status=400,
    request_id="request-1",
)
REFUSED_TOKEN = Verdict(
    VerdictKind.SIGN_IN_AGAIN,
    code="InvalidAuthenticationToken",
    explanation="The token was refused.",
    status=401,
    claims='{"access_token":{"nbf":{}}}',
)


def state_of(account: Account) -> str:
    account.refresh_from_db()
    return account.state


@pytest.mark.django_db
def test_the_first_failure_marks_the_account_and_keeps_its_mail(stage: Stage) -> None:
    account = stage.connect()
    message = stage.a_message()

    assert account_lost(stage.ports, account.id, REVOKED)

    assert state_of(account) == AccountState.LOST
    incident = Incident.objects.get()
    assert (incident.code, incident.explanation) == ("AADSTS50173", "The sign-in was revoked.")
    assert (incident.request_id, incident.closed_at) == ("request-1", None)
    message.refresh_from_db()
    assert (message.state, message.lane) == (MessageState.HELD, mailbox_lane(account))


@pytest.mark.django_db
def test_catalog_admins_and_lms_admins_are_told_once_each_by_another_route(stage: Stage) -> None:
    account = stage.connect()
    for _ in range(3):
        account_lost(stage.ports, account.id, REVOKED)

    alert = Notification.objects.get(kind="connection_lost")
    assert sorted(alert.audience) == sorted([stage.owner.id.hex, stage.cast.lms_admin.id.hex])
    assert alert.catalog is None
    assert alert.context == {
        "account": str(account.id),
        "incident": str(Incident.objects.get().pk),
    }
    assert DomainEvent.objects.filter(name="connection.lost").count() == 1
    assert AuditEntry.objects.get(action="connection.lost").actor_name == "Classbell"


@pytest.mark.django_db
def test_somebody_with_two_roles_and_two_catalogs_is_told_once(stage: Stage) -> None:
    account = stage.connect()
    mine = stage.cast
    stage.cast = replace(mine, catalog=mine.other_catalog, owner=mine.colleague)
    stage.connect()

    account_lost(stage.ports, account.id, REVOKED)

    alert = Notification.objects.get(kind="connection_lost")
    told = [mine.owner.id.hex, mine.colleague.id.hex, mine.lms_admin.id.hex]
    assert sorted(alert.audience) == sorted(told)
    assert DomainEvent.objects.filter(name="connection.lost").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind",
    [
        VerdictKind.RETRY,
        VerdictKind.THROTTLED,
        VerdictKind.REFUSED,
        VerdictKind.OPERATOR_FAULT,
        VerdictKind.UNKNOWN,
    ],
)
def test_what_passes_or_concerns_one_item_or_the_operator_is_no_loss(
    stage: Stage, kind: VerdictKind
) -> None:
    account = stage.connect()

    lane_verdict(stage.ports, mailbox_lane(account), Verdict(kind))

    assert state_of(account) == AccountState.CONNECTED
    assert not Incident.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind",
    [
        VerdictKind.SIGN_IN_AGAIN,
        VerdictKind.CONSENT_NEEDED,
        VerdictKind.ADMIN_NEEDED,
        VerdictKind.MAILBOX_UNUSABLE,
    ],
)
def test_what_concerns_the_account_as_a_whole_is_a_loss(stage: Stage, kind: VerdictKind) -> None:
    account = stage.connect()

    lane_verdict(stage.ports, mailbox_lane(account), Verdict(kind, code="x"))

    assert state_of(account) == AccountState.LOST


@pytest.mark.django_db
def test_a_failure_of_tokens_that_were_replaced_since_is_no_loss(stage: Stage) -> None:
    account = stage.connect()
    seen = Account.objects.get().token_version
    stage.connect()

    assert not account_lost(stage.ports, account.id, REVOKED, seen_version=seen)
    assert state_of(account) == AccountState.CONNECTED


@pytest.mark.django_db
def test_a_token_that_graph_refuses_is_renewed_silently_with_the_claims(stage: Stage) -> None:
    account = stage.connect()
    message = stage.a_message()
    lane = mailbox_lane(account)
    later = stage.clock.now() + timedelta(hours=1)
    WorkItem.objects.filter(lane=lane).update(attempt=1, due_at=later)

    lane_verdict(stage.ports, lane, REFUSED_TOKEN)

    assert state_of(account) == AccountState.CONNECTED
    [call] = stage.identity.named("refresh")
    assert call.arguments["claims"] == REFUSED_TOKEN.claims
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert not WorkItem.objects.filter(lane=lane, due_at__gt=stage.clock.now()).exists()


@pytest.mark.django_db
def test_a_token_refused_again_at_once_is_a_loss_after_one_silent_try(stage: Stage) -> None:
    account = stage.connect()
    lane = mailbox_lane(account)
    lane_verdict(stage.ports, lane, REFUSED_TOKEN)
    stage.clock.advance(timedelta(seconds=30))
    lane_verdict(stage.ports, lane, REFUSED_TOKEN)

    assert state_of(account) == AccountState.LOST
    assert len(stage.identity.named("refresh")) == 1


@pytest.mark.django_db
def test_a_token_refused_days_later_gets_its_own_silent_try(stage: Stage) -> None:
    account = stage.connect()
    lane = mailbox_lane(account)
    lane_verdict(stage.ports, lane, REFUSED_TOKEN)
    stage.clock.advance(timedelta(days=2))
    lane_verdict(stage.ports, lane, REFUSED_TOKEN)

    assert state_of(account) == AccountState.CONNECTED
    assert len(stage.identity.named("refresh")) == 2


@pytest.mark.django_db
def test_a_silent_try_that_fails_for_good_is_the_loss_and_gives_its_reason(stage: Stage) -> None:
    account = stage.connect()
    stage.identity.fail_next(REVOKED, on="refresh")

    lane_verdict(stage.ports, mailbox_lane(account), REFUSED_TOKEN)

    assert state_of(account) == AccountState.LOST
    assert Incident.objects.get().code == "AADSTS50173"


@pytest.mark.django_db
def test_a_silent_try_that_fails_for_now_is_no_loss_and_is_made_again(stage: Stage) -> None:
    account = stage.connect()
    lane = mailbox_lane(account)
    stage.identity.fail_next(VerdictKind.RETRY, on="refresh")
    lane_verdict(stage.ports, lane, REFUSED_TOKEN)
    assert state_of(account) == AccountState.CONNECTED

    lane_verdict(stage.ports, lane, REFUSED_TOKEN)
    assert state_of(account) == AccountState.CONNECTED
    assert len(stage.identity.named("refresh")) == 2


@pytest.mark.django_db
def test_reconnecting_the_same_account_ends_the_loss_and_lets_its_mail_go(stage: Stage) -> None:
    account = stage.connect()
    fresh = stage.a_message()
    stale = stage.a_message(expires_at=stage.clock.now() + timedelta(hours=1))
    account_lost(stage.ports, account.id, REVOKED)
    stage.clock.advance(timedelta(hours=2))

    assert stage.connect() == account

    assert state_of(account) == AccountState.CONNECTED
    assert Incident.objects.get().closed_at == stage.clock.now()
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {fresh.pk: MessageState.QUEUED, stale.pk: MessageState.EXPIRED}
    assert DomainEvent.objects.filter(name="connection.back").count() == 1
    entry = AuditEntry.objects.get(action="connection.back")
    assert (entry.actor, entry.after) == (stage.owner, {"released": 1})


@pytest.mark.django_db
def test_a_second_loss_after_recovery_is_a_new_incident_with_its_own_alert(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, REVOKED)
    stage.connect()
    account_lost(stage.ports, account.id, REVOKED)

    assert Incident.objects.count() == 2
    assert Notification.objects.filter(kind="connection_lost").count() == 2


@pytest.mark.django_db
def test_a_verdict_on_a_lane_without_an_account_loses_nothing(stage: Stage) -> None:
    account = stage.connect()

    lane_verdict(stage.ports, system_lane(), REVOKED)
    lane_verdict(stage.ports, housekeeping_lane(account.organisation_id), REVOKED)

    assert state_of(account) == AccountState.CONNECTED


@pytest.mark.django_db
def test_mail_that_arrives_on_a_lost_lane_is_held_by_the_next_failure(stage: Stage) -> None:
    account = stage.connect()
    account_lost(stage.ports, account.id, REVOKED)
    late = stage.a_message()

    lane_verdict(stage.ports, mailbox_lane(account), REVOKED)

    late.refresh_from_db()
    assert late.state == MessageState.HELD
    assert Incident.objects.count() == 1


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_of_many_failures_at_once_one_wins() -> None:
    stage = Stage()
    account = stage.connect()

    def fail(_: int) -> bool:
        try:
            return account_lost(stage.ports, account.id, REVOKED)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(fail, range(6)))

    assert won.count(True) == 1
    assert Incident.objects.count() == 1
    assert Notification.objects.filter(kind="connection_lost").count() == 1
