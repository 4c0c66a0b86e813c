"""An administrator's approval: the page we name works, and a renewal shows what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.network.clock import HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.errors import ProviderFailure, VerdictKind
from classbell.ports.identity import IdentityProvider, Prompt, TokenSet
from m365sandbox.testing import Sandbox
from tests.contract.callbacks import parameters_of
from tests.contract.conftest import SERVICE_ACCOUNT
from tests.fakes import FakeIdentity

CONTOSO = UUID("c0470500-0000-4000-8000-000000000001")
CONNECT = "http://localhost:8000/connect/callback"
MAIL = frozenset({"User.Read", "Mail.Send"})
MORE = frozenset({"MailboxSettings.Read"})


@dataclass
class Fake:
    """The fake, with an administrator who accepts."""

    identity: FakeIdentity

    def come_back(self, url: str) -> dict[str, str]:
        return self.identity.callback(url)

    def approve(self, url: str) -> dict[str, str]:
        self.identity.consent(MORE)
        state = parse_qs(urlsplit(url).query)["state"][0]
        return {"admin_consent": "True", "tenant": str(CONTOSO), "state": state}


@dataclass
class Real:
    """The adapter and the sandbox, with its administrator."""

    identity: IdentityProvider
    sandbox: Sandbox

    def come_back(self, url: str) -> dict[str, str]:
        return parameters_of(self.sandbox.sign_in_by_http(url, SERVICE_ACCOUNT))

    def approve(self, url: str) -> dict[str, str]:
        return parameters_of(self.sandbox.sign_in_by_http(url, SERVICE_ACCOUNT))


@pytest.fixture(params=["fake", "sandbox"])
def side(
    request: pytest.FixtureRequest,
    sandbox: Sandbox,
    cloud: Cloud,
    door: HttpDoor,
    sandbox_clock: HttpClock,
) -> Iterator[Fake | Real]:
    if request.param == "fake":
        yield Fake(FakeIdentity())
        return
    identity = EntraIdentity(
        cloud=cloud,
        door=door,
        clock=sandbox_clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(sandbox.client_secret),
    )
    yield Real(identity, sandbox)
    # What was approved for everybody would be granted to whoever connects in a later test.
    sandbox.control.person(SERVICE_ACCOUNT, "withdraw-consent", organisation=True)


def connected(side: Fake | Real) -> TokenSet:
    request = side.identity.begin_connect(
        tenant_id=CONTOSO,
        scopes=MAIL,
        redirect_uri=CONNECT,
        state=str(uuid4()),
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = side.come_back(request.url)
    return side.identity.finish_connect(CONTOSO, request.flow, answer)[1]


def test_permissions_approved_for_all_come_with_the_next_renewal(side: Fake | Real) -> None:
    tokens = connected(side)
    wanted = tokens.scopes | MORE
    with pytest.raises(ProviderFailure) as refused:
        side.identity.refresh(tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=wanted)
    assert refused.value.verdict.kind is VerdictKind.CONSENT_NEEDED
    state = f"approval-{uuid4()}"
    page = side.identity.admin_consent_url(
        tenant_id=CONTOSO, scopes=MORE, redirect_uri=CONNECT, state=state
    )

    answer = side.approve(page)

    assert answer["admin_consent"] == "True"
    assert (answer["tenant"], answer["state"]) == (str(CONTOSO), state)
    renewed = side.identity.refresh(
        tenant_id=CONTOSO, refresh_token=tokens.refresh_token, scopes=wanted
    )
    assert renewed.scopes >= wanted


def test_the_commands_that_open_a_mailbox_name_it_and_the_one_outside(side: Fake | Real) -> None:
    text = side.identity.application_grant(
        tenant_id=CONTOSO, address="info@contoso.example", outside_address=SERVICE_ACCOUNT
    )

    assert all(part in text for part in ("info@contoso.example", SERVICE_ACCOUNT, str(CONTOSO)))


def test_the_commands_name_the_account_and_the_organisation(side: Fake | Real) -> None:
    text = side.identity.single_account_grant(
        tenant_id=CONTOSO, account_address=SERVICE_ACCOUNT, scopes=MORE
    )

    assert all(part in text for part in (SERVICE_ACCOUNT, str(CONTOSO), *MORE))
