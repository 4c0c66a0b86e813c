"""Whose access tokens are believed at our own interface: applications', issued for us."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.clock import HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.clock import Clock
from classbell.ports.identity import CallingApplication
from m365sandbox.testing import Sandbox
from tests.fakes import FakeClock
from tests.support import CONTOSO, FABRIKAM

PLATFORM = "0f0f0f0f-1111-4222-8333-444444444444"
SECRET = "the-platform-s-own-secret"


@pytest.fixture
def identity(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock
) -> EntraIdentity:
    return made(sandbox, cloud, door, sandbox_clock)


def made(sandbox: Sandbox, cloud: Cloud, door: HttpDoor, clock: Clock) -> EntraIdentity:
    return EntraIdentity(
        cloud=cloud,
        door=door,
        clock=clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(sandbox.client_secret),
    )


@pytest.fixture
def platform(sandbox: Sandbox) -> str:
    """Register a learning platform of Contoso's, and let Contoso know Classbell."""
    sandbox.access_token("learning@contoso.example", "User.Read")
    with sandbox.browser() as browser:
        answer = browser.post(
            f"{sandbox.people_url}/_sandbox/applications",
            json={
                "client_id": PLATFORM,
                "name": "Learning platform",
                "publisher": "Contoso",
                "home_tenant": "contoso.example",
                "secret": SECRET,
                "is_multitenant": False,
            },
        )
        assert answer.status_code == 201, answer.text
    return PLATFORM


def asked(sandbox: Sandbox, scope: str, tenant: UUID = CONTOSO) -> httpx2.Response:
    with sandbox.browser() as browser:
        return browser.post(
            f"{sandbox.people_url}/{tenant}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": PLATFORM,
                "client_secret": SECRET,
                "scope": scope,
            },
        )


def token_for(sandbox: Sandbox, scope: str) -> str:
    answer = asked(sandbox, scope)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def contoso_only(tenant: UUID) -> bool:
    return tenant == CONTOSO


def test_an_application_is_known_by_a_token_that_was_issued_for_us(
    sandbox: Sandbox, identity: EntraIdentity, platform: str
) -> None:
    token = token_for(sandbox, f"api://{sandbox.client_id}/.default")
    assert identity.calling_application(token, serves=contoso_only) == CallingApplication(
        CONTOSO, UUID(platform)
    )


def test_a_token_of_a_tenant_that_is_not_served_proves_nothing(
    sandbox: Sandbox, identity: EntraIdentity, platform: str
) -> None:
    token = token_for(sandbox, f"api://{sandbox.client_id}/.default")
    assert identity.calling_application(token, serves=lambda tenant: tenant == FABRIKAM) is None


def test_a_token_for_graph_is_not_meant_for_us(
    sandbox: Sandbox, identity: EntraIdentity, platform: str
) -> None:
    token = token_for(sandbox, "https://graph.microsoft.com/.default")
    assert identity.calling_application(token, serves=contoso_only) is None


def test_a_person_s_token_is_no_application_s(sandbox: Sandbox, identity: EntraIdentity) -> None:
    token = sandbox.access_token("learning@contoso.example", "User.Read")
    assert identity.calling_application(token, serves=contoso_only) is None


@pytest.mark.parametrize("nonsense", ["", "x", "a.b.c", "a" * 20_000, "e30.e30.e30"])
def test_what_is_no_token_proves_nothing(identity: EntraIdentity, nonsense: str) -> None:
    assert identity.calling_application(nonsense, serves=contoso_only) is None


def test_a_token_that_was_changed_proves_nothing(
    sandbox: Sandbox, identity: EntraIdentity, platform: str
) -> None:
    head, claims, signature = token_for(sandbox, f"api://{sandbox.client_id}/.default").split(".")
    changed = signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")
    forged = f"{head}.{claims}.{changed}"
    assert identity.calling_application(forged, serves=contoso_only) is None


def test_a_token_ends_by_business_time(
    sandbox: Sandbox, cloud: Cloud, door: HttpDoor, platform: str
) -> None:
    token = token_for(sandbox, f"api://{sandbox.client_id}/.default")
    clock = FakeClock(sandbox.control.now())
    identity = made(sandbox, cloud, door, clock)
    assert identity.calling_application(token, serves=contoso_only) is not None
    clock.advance(timedelta(minutes=66))
    assert identity.calling_application(token, serves=contoso_only) is None


def test_an_interface_that_nobody_registered_has_no_tokens(sandbox: Sandbox, platform: str) -> None:
    answer = asked(sandbox, f"api://{uuid4()}/.default")
    assert answer.status_code == 400
    assert 500011 in answer.json()["error_codes"]
