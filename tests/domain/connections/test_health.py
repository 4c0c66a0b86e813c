"""How an account is doing, in one word, with its history, and what support gets to see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.alarms import application_refused
from classbell.domain.connections.daily import daily_check
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.connections.health import HealthStatus, health_of
from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.sealing import account_place, open_tokens
from classbell.domain.connections.support import support_details
from classbell.domain.connections.tokens import renew
from classbell.domain.organisations.audit import Actor
from classbell.ports.errors import Audience, Verdict, VerdictKind
from classbell.storage.models import Account, Envelope, EnvelopeState, MessageState
from tests.domain.connections.stage import Stage

pytestmark = pytest.mark.django_db

REVOKED = Verdict(
    VerdictKind.SIGN_IN_AGAIN, "AADSTS50173", "The sign-in was revoked.", request_id="request-7"
)


def status(stage: Stage, account: Account) -> HealthStatus:
    account.refresh_from_db()
    return health_of(stage.ports, account).status


def an_envelope(stage: Stage, account: Account, state: EnvelopeState, **chosen: object) -> None:
    Envelope.objects.create(
        lane=mailbox_lane(account),
        epoch=1,
        route="mailbox",
        state=state,
        recipients=3,
        started_at=stage.clock.now(),
        **chosen,
    )


def test_the_one_word_follows_the_account_through_its_life(stage: Stage) -> None:
    account = stage.connect()
    assert status(stage, account) is HealthStatus.WORKING
    account.capabilities.filter(capability="teams").update(state="needs_licence")
    assert status(stage, account) is HealthStatus.LIMITED
    application_refused(stage.ports, Verdict(VerdictKind.OPERATOR_FAULT, "AADSTS7000222", "Old."))
    assert status(stage, account) is HealthStatus.HALTED
    account_lost(stage.ports, account.id, REVOKED)
    assert status(stage, account) is HealthStatus.LOST
    disconnect(stage.ports, catalog=stage.catalog, actor=Actor.of(stage.owner))
    assert status(stage, account) is HealthStatus.DISCONNECTED


def test_figures_and_what_helps(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message()
    an_envelope(stage, account, EnvelopeState.ACCEPTED)
    an_envelope(stage, account, EnvelopeState.REFUSED)
    account_lost(stage.ports, account.id, REVOKED)
    account.refresh_from_db()

    health = health_of(stage.ports, account)

    assert (health.waiting, health.sent_24h) == (1, 3)
    assert health.next_check_at is not None
    assert health.remedy is not None
    assert health.remedy.who is Audience.ACCOUNT_OWNER
    assert health.summary.startswith("The connection is lost. The sign-in was revoked.")


def test_the_history_tells_everything_newest_first(stage: Stage) -> None:
    account = stage.connect()
    stage.clock.advance(timedelta(hours=1))
    for _ in range(2):
        an_envelope(stage, account, EnvelopeState.REFUSED, verdict="throttled", code="HTTP 429")
    stage.clock.advance(timedelta(hours=1))
    daily_check(stage.ports, mailbox_lane(account), str(account.pk))
    stage.clock.advance(timedelta(hours=1))
    Account.objects.update(granted_scopes=["User.Read", "Mail.Send"])
    renew(stage.ports, account.pk)
    stage.clock.advance(timedelta(hours=1))
    account_lost(stage.ports, account.id, REVOKED)
    stage.clock.advance(timedelta(hours=1))
    stage.connect()

    names = [row.name for row in health_of(stage.ports, Account.objects.get()).history]

    assert sorted(names[:2]) == ["connection.saved", "restored"]
    assert names[2:] == ["lost", "consent_changed", "checked", "throttled", "connection.saved"]


def test_support_gets_codes_ids_and_times_but_no_secret(stage: Stage) -> None:
    account = stage.connect()
    stage.a_message(MessageState.QUEUED)
    account_lost(stage.ports, account.id, REVOKED)
    account.refresh_from_db()
    tokens = open_tokens(stage.ports, account.sealed_tokens, place=account_place(account.id))

    text = support_details(stage.ports, account)

    for fact in ("AADSTS50173", "request-7", "Mail.Send", str(account.object_id), "lost"):
        assert fact in text
    for secret in (tokens.access_token, tokens.refresh_token, stage.ports.secret_key):
        assert secret not in text
