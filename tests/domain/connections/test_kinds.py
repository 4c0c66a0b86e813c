"""The second kind of account: a token of the application's own, and whom a failure turns to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classbell.domain.connections.consent import consent_state
from classbell.domain.connections.lost import account_lost
from classbell.domain.connections.tokens import mailbox_for, renew
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from classbell.storage.models import Account, AccountKind, AccountState
from classbell.storage.queries.connections import open_incident
from tests.domain.connections.stage import Stage

pytestmark = pytest.mark.django_db


def application_only(stage: Stage) -> Account:
    """Return a connected account that the application uses by itself."""
    account = stage.connect()
    Account.objects.update(kind=AccountKind.APPLICATION)
    account.refresh_from_db()
    return account


def test_the_mailbox_is_opened_by_its_id_with_a_token_of_the_application(stage: Stage) -> None:
    account = application_only(stage)
    stage.clock.advance(timedelta(hours=2))

    mailbox = mailbox_for(stage.ports, account.pk)

    assert mailbox.path == f"/users/{account.object_id}"
    assert mailbox.is_application
    assert mailbox.access_token.startswith("app-")
    assert mailbox_for(stage.ports, account.pk) == mailbox
    assert not stage.identity.named("refresh")
    [asked] = stage.identity.named("application_token")
    assert asked.arguments["tenant_id"] == account.organisation.tenant_id


def test_a_refused_token_is_not_taken_from_what_is_kept(stage: Stage) -> None:
    account = application_only(stage)

    first = renew(stage.ports, account.pk).access_token

    assert renew(stage.ports, account.pk).access_token != first
    assert all(one.arguments["fresh"] for one in stage.identity.named("application_token"))


def test_a_renewal_leaves_what_was_proved(stage: Stage) -> None:
    account = application_only(stage)
    before = account.granted_scopes

    renew(stage.ports, account.pk)

    account.refresh_from_db()
    assert account.granted_scopes == before
    assert not consent_state(account).missing


@pytest.mark.parametrize("kind", [VerdictKind.SIGN_IN_AGAIN, VerdictKind.CONSENT_NEEDED])
def test_what_a_person_would_mend_is_the_administrators_matter(
    stage: Stage, kind: VerdictKind
) -> None:
    account = application_only(stage)

    assert account_lost(stage.ports, account.pk, Verdict(kind, "AADSTS700016"))

    account.refresh_from_db()
    incident = open_incident(account)
    assert account.state == AccountState.LOST
    assert incident is not None
    assert incident.verdict == VerdictKind.ADMIN_NEEDED
    assert not consent_state(account).outdated


def test_a_failed_renewal_says_what_microsoft_said(stage: Stage) -> None:
    account = application_only(stage)
    stage.identity.fail_next(VerdictKind.OPERATOR_FAULT, on="application_token")

    with pytest.raises(ProviderFailure) as refused:
        renew(stage.ports, account.pk)

    assert refused.value.verdict.kind is VerdictKind.OPERATOR_FAULT
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED
