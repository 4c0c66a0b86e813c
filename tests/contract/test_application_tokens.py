"""Tokens of the application itself: kept for a while, renewed in time, and whose fault it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.clock import HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.clock import Clock
from classbell.ports.errors import ProviderFailure, Verdict, VerdictKind
from m365sandbox.testing import Sandbox
from tests.fakes import FakeClock
from tests.support import CONTOSO, FABRIKAM


@pytest.fixture
def identity(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> EntraIdentity:
    return made(sandbox, cloud, door, sandbox_clock, sandbox.client_secret)


def made(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, clock: Clock, secret: str
) -> EntraIdentity:
    return EntraIdentity(
        cloud=cloud,
        door=door,
        clock=clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(secret),
    )


def token(identity: EntraIdentity, tenant_id: UUID = CONTOSO) -> str:
    return identity.email_service_token(tenant_id=tenant_id).access_token


def verdict_of(identity: EntraIdentity) -> Verdict:
    with pytest.raises(ProviderFailure) as caught:
        token(identity)
    return caught.value.verdict


def test_a_token_is_kept_while_it_is_good_for_long_enough(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor
) -> None:
    # An organisation knows the application once somebody there has consented to it.
    sandbox.access_token("rosa.fabri@fabrikam.example", "Mail.Send")
    clock = FakeClock(sandbox.control.now())
    identity = made(sandbox, cloud, door, clock, sandbox.client_secret)
    first = token(identity)
    clock.advance(timedelta(minutes=54))
    assert token(identity) == first
    assert token(identity, FABRIKAM) != first
    clock.advance(timedelta(minutes=2))
    assert token(identity) != first


def test_a_wrong_secret_is_the_operators_matter(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> None:
    verdict = verdict_of(made(sandbox, cloud, door, sandbox_clock, "wrong"))
    assert (verdict.kind, verdict.code) == (VerdictKind.OPERATOR_FAULT, "AADSTS7000215")


def test_whatever_else_is_refused_is_the_operators_matter_too(
    sandbox: Sandbox, identity: EntraIdentity
) -> None:
    body = {"error": "unauthorized_client", "error_codes": [700016]}
    sandbox.control.add_fault(path="*/token", status=400, body=body)
    verdict = verdict_of(identity)
    assert (verdict.kind, verdict.code) == (VerdictKind.OPERATOR_FAULT, "AADSTS700016")
    assert not verdict.concerns_the_account


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 503}, VerdictKind.RETRY),
        ({"status": 429, "headers": {"Retry-After": "7"}}, VerdictKind.THROTTLED),
        ({"effect": "drop"}, VerdictKind.RETRY),
    ],
)
def test_what_passes_by_itself_is_tried_again(
    sandbox: Sandbox, identity: EntraIdentity, fault: dict[str, object], kind: VerdictKind
) -> None:
    sandbox.control.add_fault(path="*/token", **fault)
    assert verdict_of(identity).kind is kind
    assert token(identity)


def test_a_cloud_without_such_tokens_says_so(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> None:
    elsewhere = replace(cloud, email_scope="")
    verdict = verdict_of(made(sandbox, elsewhere, door, sandbox_clock, sandbox.client_secret))
    assert verdict.kind is VerdictKind.OPERATOR_FAULT
    assert "access key" in verdict.explanation


def mailbox_token(identity: EntraIdentity, tenant_id: UUID = CONTOSO, *, fresh: bool) -> str:
    return identity.application_token(tenant_id=tenant_id, fresh=fresh).access_token


def mailbox_verdict(identity: EntraIdentity, tenant_id: UUID = CONTOSO) -> Verdict:
    with pytest.raises(ProviderFailure) as caught:
        mailbox_token(identity, tenant_id, fresh=False)
    return caught.value.verdict


def test_a_token_for_mailboxes_is_kept_until_a_fresh_one_is_wanted(identity: EntraIdentity) -> None:
    first = mailbox_token(identity, fresh=False)
    assert mailbox_token(identity, fresh=False) == first != token(identity)
    second = mailbox_token(identity, fresh=True)
    assert second != first
    assert mailbox_token(identity, fresh=False) == second


def test_an_organisation_that_does_not_know_the_application_asks_its_administrator(
    identity: EntraIdentity,
) -> None:
    verdict = mailbox_verdict(identity, FABRIKAM)
    assert (verdict.kind, verdict.code) == (VerdictKind.ADMIN_NEEDED, "AADSTS700016")
    assert verdict.concerns_the_account


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        ("invalid_grant", 53003, VerdictKind.ADMIN_NEEDED),
        ("invalid_grant", 65001, VerdictKind.ADMIN_NEEDED),
        ("invalid_grant", 50173, VerdictKind.ADMIN_NEEDED),
        ("invalid_request", 90002, VerdictKind.MAILBOX_UNUSABLE),
        ("unauthorized_client", 7000112, VerdictKind.OPERATOR_FAULT),
        ("temporarily_unavailable", 90033, VerdictKind.RETRY),
    ],
)
def test_nobody_is_asked_to_sign_in_or_to_consent_for_an_application(
    sandbox: Sandbox, identity: EntraIdentity, error: str, code: int, kind: VerdictKind
) -> None:
    body = {"error": error, "error_codes": [code]}
    sandbox.control.add_fault(path="*/token", status=400, body=body)
    assert mailbox_verdict(identity).kind is kind


def test_a_refused_proof_is_the_operators_matter_for_mailboxes_too(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> None:
    verdict = mailbox_verdict(made(sandbox, cloud, door, sandbox_clock, "wrong"))
    assert (verdict.kind, verdict.code) == (VerdictKind.OPERATOR_FAULT, "AADSTS7000215")
