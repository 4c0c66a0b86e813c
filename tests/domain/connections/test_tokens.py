"""Renewal of tokens: one at a time, nothing newer overwritten by something older."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from classbell.domain.connections import tokens as module
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.connections.sealing import account_place, open_tokens
from classbell.domain.connections.tokens import mailbox_for, renew
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.identity import TokenSet
from classbell.storage.models import Account, AccountState
from tests.domain.connections.stage import EVERYTHING, Stage
from tests.fakes import FakeIdentity

HOUR = timedelta(hours=1)


class EventfulIdentity(FakeIdentity):
    """An identity provider during whose answer something else happens."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def refresh(
        self, *, tenant_id: UUID, refresh_token: str, scopes: frozenset[str], claims: str = ""
    ) -> TokenSet:
        self.meanwhile()
        return super().refresh(
            tenant_id=tenant_id, refresh_token=refresh_token, scopes=scopes, claims=claims
        )


def eventful(stage: Stage) -> EventfulIdentity:
    """Give the stage such a provider."""
    identity = EventfulIdentity(stage.clock)
    stage.identity = identity
    stage.ports = replace(stage.ports, identity=identity)
    return identity


def stored(stage: Stage, account: Account) -> Mapping[str, object]:
    account.refresh_from_db()
    kept = open_tokens(stage.ports, account.sealed_tokens, place=account_place(account.id))
    return {"access": kept.access_token, "refresh": kept.refresh_token}


@pytest.mark.django_db
def test_a_token_with_time_left_is_used_as_it_is(stage: Stage) -> None:
    account = stage.connect()
    version = Account.objects.get().token_version

    first, second = (mailbox_for(stage.ports, account.id) for _ in range(2))

    assert first == second
    assert first.path == "/me"
    assert Account.objects.get().token_version == version
    assert not stage.identity.named("refresh")


@pytest.mark.django_db
def test_a_token_with_less_than_five_minutes_is_renewed_first(stage: Stage) -> None:
    account = stage.connect()
    before = stored(stage, account)
    assert account.token_expires_at is not None
    stage.clock.set(account.token_expires_at - timedelta(minutes=4, seconds=59))

    mailbox = mailbox_for(stage.ports, account.id)

    after = stored(stage, account)
    assert mailbox.access_token == after["access"] != before["access"]
    assert after["refresh"] != before["refresh"]
    assert account.token_expires_at > stage.clock.now() + timedelta(minutes=5)
    assert account.refresh_lease_until is None
    [call] = stage.identity.named("refresh")
    assert call.arguments["refresh_token"] == before["refresh"]
    assert call.arguments["scopes"] == EVERYTHING


@pytest.mark.django_db
def test_a_refused_renewal_is_passed_on_and_leaves_the_tokens(stage: Stage) -> None:
    account = stage.connect()
    before = stored(stage, account)
    stage.clock.advance(2 * HOUR)
    stage.identity.fail_next(VerdictKind.RETRY, on="refresh")

    with pytest.raises(ProviderFailure):
        mailbox_for(stage.ports, account.id)

    assert stored(stage, account) == before
    assert account.refresh_lease_until is None
    assert mailbox_for(stage.ports, account.id).access_token != before["access"]


@pytest.mark.django_db
def test_a_renewal_that_is_insisted_on_passes_the_claims_on(stage: Stage) -> None:
    account = stage.connect()
    before = stored(stage, account)

    mailbox = renew(stage.ports, account.id, claims='{"access_token":{}}')

    assert mailbox.access_token == stored(stage, account)["access"] != before["access"]
    [call] = stage.identity.named("refresh")
    assert call.arguments["claims"] == '{"access_token":{}}'


@pytest.mark.django_db
@pytest.mark.parametrize("state", [AccountState.LOST, AccountState.DISCONNECTED])
def test_a_lost_or_disconnected_account_asks_nobody(stage: Stage, state: AccountState) -> None:
    account = stage.connect()
    Account.objects.update(state=state)

    with pytest.raises(ProviderFailure) as refused:
        mailbox_for(stage.ports, account.id)

    assert refused.value.verdict.kind is VerdictKind.SIGN_IN_AGAIN
    assert refused.value.verdict.code == f"account_{state.value}"
    assert not stage.identity.named("refresh")


@pytest.mark.django_db
def test_a_reconnection_during_a_renewal_wins(stage: Stage) -> None:
    identity = eventful(stage)
    account = stage.connect()
    stage.clock.advance(2 * HOUR)
    newest: dict[str, object] = {}

    def reconnect() -> None:
        identity.meanwhile = lambda: None
        newest.update(stored(stage, stage.connect()))

    identity.meanwhile = reconnect

    mailbox = mailbox_for(stage.ports, account.id)

    assert mailbox.access_token == newest["access"]
    assert stored(stage, account) == newest


@pytest.mark.django_db
def test_a_failure_of_tokens_that_were_replaced_meanwhile_is_no_failure(stage: Stage) -> None:
    identity = eventful(stage)
    account = stage.connect()
    stage.clock.advance(2 * HOUR)

    def reconnect() -> None:
        identity.meanwhile = lambda: None
        stage.connect()
        identity.fail_next(VerdictKind.SIGN_IN_AGAIN, on="refresh")

    identity.meanwhile = reconnect

    assert mailbox_for(stage.ports, account.id).access_token == stored(stage, account)["access"]


@pytest.mark.django_db
def test_a_renewal_does_not_bring_the_tokens_of_a_disconnected_account_back(stage: Stage) -> None:
    identity = eventful(stage)
    account = stage.connect()
    stage.clock.advance(2 * HOUR)
    identity.meanwhile = lambda: disconnect(
        stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner)
    )

    with pytest.raises(ProviderFailure, match="disconnected"):
        mailbox_for(stage.ports, account.id)

    account.refresh_from_db()
    assert bytes(account.sealed_tokens) == b""


def lease(seconds: int) -> None:
    """Let another process hold the renewal, or have held it, by the database's clock."""
    Account.objects.update(
        refresh_lease_until=ExpressionWrapper(
            Now() + timedelta(seconds=seconds), output_field=DateTimeField()
        )
    )


@pytest.mark.django_db
def test_while_another_process_renews_the_present_token_serves_until_it_runs_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    account = stage.connect()
    before = stored(stage, account)
    lease(30)
    assert account.token_expires_at is not None
    stage.clock.set(account.token_expires_at - timedelta(minutes=1))
    assert mailbox_for(stage.ports, account.id).access_token == before["access"]

    stage.clock.advance(timedelta(minutes=2))
    with pytest.raises(ProviderFailure) as refused:
        mailbox_for(stage.ports, account.id)
    assert refused.value.verdict.kind is VerdictKind.RETRY
    assert not stage.identity.named("refresh")


@pytest.mark.django_db
def test_the_lease_of_a_process_that_died_runs_out(stage: Stage) -> None:
    account = stage.connect()
    before = stored(stage, account)
    lease(-1)
    stage.clock.advance(2 * HOUR)

    assert mailbox_for(stage.ports, account.id).access_token != before["access"]


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_of_many_that_need_a_token_at_once_one_renews_and_all_get_it() -> None:
    stage = Stage()
    identity = eventful(stage)
    account = stage.connect()
    stage.clock.advance(2 * HOUR)
    others_are_waiting = Event()
    identity.meanwhile = lambda: others_are_waiting.wait(0.5)

    def need(_: int) -> str:
        try:
            return mailbox_for(stage.ports, account.id).access_token
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        got = set(pool.map(need, range(6)))

    assert got == {stored(stage, account)["access"]}
    assert len(identity.named("refresh")) == 1


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_many_renewals_one_after_another_lose_and_double_none() -> None:
    stage = Stage()
    account = stage.connect()
    version = Account.objects.get().token_version

    def need(_: int) -> str:
        try:
            return mailbox_for(stage.ports, account.id).access_token
        finally:
            connection.close()

    rounds = 5
    with ThreadPoolExecutor(4) as pool:
        for _ in range(rounds):
            stage.clock.advance(2 * HOUR)
            assert set(pool.map(need, range(4))) == {stored(stage, account)["access"]}

    calls = stage.identity.named("refresh")
    assert len(calls) == rounds
    assert len({call.arguments["refresh_token"] for call in calls}) == rounds
    assert Account.objects.get().token_version == version + rounds
