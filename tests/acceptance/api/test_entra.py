"""A platform of Contoso's comes with a token of Microsoft's, from the sandbox to the API."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from classbell import bootstrap
from classbell.domain.integrations.integrations import register_application
from classbell.domain.integrations.rates import RATES
from classbell.domain.organisations.audit import Actor
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.http import HttpDoor
from m365sandbox.testing import Sandbox, start_sandbox
from tests.acceptance.api.conftest import Program
from tests.domain.people import a_cast
from tests.fakes import FakeClock
from tests.support import CONTOSO, fake_ports

PLATFORM = "0f0f0f0f-1111-4222-8333-444444444444"
SECRET = "the-platform-s-own-secret"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start_sandbox(smtp=False) as running:
        yield running


def token_of(sandbox: Sandbox) -> str:
    """Register the platform with Microsoft and let it ask for a token for us."""
    sandbox.access_token("learning@contoso.example", "User.Read")
    with sandbox.browser() as browser:
        browser.post(
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
        answer = browser.post(
            f"{sandbox.people_url}/{CONTOSO}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": PLATFORM,
                "client_secret": SECRET,
                "scope": f"api://{sandbox.client_id}/.default",
            },
        )
    return str(answer.json()["access_token"])


@pytest.mark.django_db(transaction=True)
def test_an_application_acts_with_microsoft_s_token(sandbox: Sandbox) -> None:
    RATES.forget()
    token, clock = token_of(sandbox), FakeClock(sandbox.control.now())
    trust = ssl.create_default_context(cafile=str(sandbox.ca_file))
    with HttpDoor(verify=trust, before_call=bootstrap.leave_the_store) as door:
        identity = EntraIdentity(
            cloud=Cloud(sandbox.secure_url, sandbox.graph_url),
            door=door,
            clock=clock,
            client_id=sandbox.client_id,
            credential=ClientSecret(sandbox.client_secret),
        )
        with bootstrap.use(replace(fake_ports(clock=clock), identity=identity)) as ports:
            cast = a_cast(ports)
            platform = Program(token)
            unknown = platform.get("/catalogs")
            assert unknown.json()["code"] == "application_not_registered"
            register_application(
                ports,
                catalogs=[cast.catalog],
                name="Learning platform",
                scopes=["catalogs:read"],
                days=30,
                application_id=UUID(PLATFORM),
                actor=Actor.of(cast.owner),
            )
            assert [one["slug"] for one in platform.get("/catalogs").json()["items"]] == ["academy"]
            assert platform.get("/catalogs/sales").json()["code"] == "not_allowed"
            assert platform.get("/catalogs/academy/audit").json()["code"] == "scope_missing"
            clock.advance(timedelta(minutes=70))
            assert platform.get("/catalogs").json()["code"] == "token_unknown"
