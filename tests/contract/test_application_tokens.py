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
