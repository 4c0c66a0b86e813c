"""A catalog with a connected account in front of a sandbox that answers as it is told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from classbell import bootstrap
from classbell.delivery.drain import drain
from classbell.delivery.lanes import mailbox_lane, make_due, take
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.microsoft.graph import GraphAccount, GraphClient, GraphMail, own_mailbox
from classbell.network.http import HttpDoor
from classbell.ports.bundle import Ports
from classbell.ports.identity import Prompt, TokenSet
from classbell.ports.installation import Installation
from classbell.storage.models import Account, Lane, Message, MessageState, Notification
from m365sandbox.testing import Sandbox, start_sandbox
from tests.contract.callbacks import parameters_of
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeClock
from tests.support import CONTOSO, a_connected_account, fake_ports

SCOPES = frozenset({"User.Read", "Mail.Send"})
SENDER = "learning@contoso.example"
OPERATOR = "operator@contoso.example"


@dataclass
class Wire:
    """The product in front of the sandbox, both telling the same time."""

    sandbox: Sandbox
    clock: FakeClock
    ports: Ports
    cast: Cast
    account: Account

    @property
    def lane(self) -> Lane:
        return mailbox_lane(self.account)

    def let_token_run_out(self) -> None:
        Account.objects.filter(pk=self.account.pk).update(token_expires_at=self.clock.now())

    def a_message(self) -> Message:
        """Put a message on the account's lane."""
        now, catalog = self.clock.now(), self.cast.catalog
        common = {
            "organisation": catalog.organisation,
            "catalog": catalog,
            "created_at": now,
            "due_at": now,
            "expires_at": now + timedelta(days=30),
        }
        told = Notification.objects.create(
            kind="account_connected", audience_size=1, expanded=1, **common
        )
        return Message.objects.create(
            notification=told,
            lane=self.lane,
            address=SENDER,
            language="en",
            time_zone="UTC",
            state=MessageState.QUEUED,
            **common,
        )

    def renewals(self) -> int:
        """Count the calls of the token endpoint that were answered with a token so far."""
        found = self.sandbox.control.log(method="POST", status=200, limit=1000)
        return sum("/oauth2/v2.0/token" in one["path"] for one in found)

    def serve(self) -> None:
        """Let a worker serve the account's lane, as far as there is something to do now."""
        now = self.clock.now()
        Lane.objects.exclude(pk=self.lane.pk).update(due_at=None)
        make_due([self.lane.pk], now)
        with bootstrap.use(self.ports):
            # On a slow machine a lane may have to make room before it is done.
            while taken := take(now, holder="test", limit=1, lease_seconds=15):
                drain(self.ports, taken[0], bootstrap.handlers_for(self.lane))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for a file."""
    with start_sandbox(smtp=False) as running:
        yield running


@pytest.fixture(scope="module")
def door(sandbox: Sandbox) -> Iterator[HttpDoor]:
    """Open the one HTTP door, trusting the sandbox."""
    with HttpDoor(verify=ssl.create_default_context(cafile=str(sandbox.ca_file))) as opened:
        yield opened


@pytest.fixture(scope="module")
def clock(sandbox: Sandbox) -> FakeClock:
    """Tell the sandbox's time, which stands still."""
    sandbox.control.set_clock(sandbox.control.now(), freeze=True)
    return FakeClock(sandbox.control.now())


@pytest.fixture(scope="module")
def cloud(sandbox: Sandbox) -> Cloud:
    """Name the sandbox as if it were one of Microsoft's clouds."""
    return Cloud(sandbox.secure_url, sandbox.graph_url)


@pytest.fixture(scope="module")
def identity(cloud: Cloud, door: HttpDoor, clock: FakeClock, sandbox: Sandbox) -> EntraIdentity:
    """Speak to the sandbox's sign-in service."""
    return EntraIdentity(
        cloud=cloud,
        door=door,
        clock=clock,
        client_id=sandbox.client_id,
        credential=ClientSecret(sandbox.client_secret),
    )


@pytest.fixture(scope="module")
def tokens(sandbox: Sandbox, identity: EntraIdentity) -> TokenSet:
    """Sign the service account in once."""
    request = identity.begin_connect(
        tenant_id=CONTOSO,
        scopes=SCOPES,
        redirect_uri="http://localhost:8000/connect/callback",
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = parameters_of(sandbox.sign_in_by_http(request.url, SENDER))
    return identity.finish_connect(CONTOSO, request.flow, answer)[1]


@pytest.fixture
def wire(  # noqa: PLR0917 -- fixtures are asked for by name
    db: None,
    sandbox: Sandbox,
    cloud: Cloud,
    door: HttpDoor,
    clock: FakeClock,
    identity: EntraIdentity,
    tokens: TokenSet,
) -> Iterator[Wire]:
    """Connect a catalog to the sandbox's service account, some time ago."""
    graph = GraphClient(cloud, door, clock)
    ports = fake_ports(
        clock=clock,
        identity=identity,
        mail=GraphMail(graph),
        account_facts=GraphAccount(graph),
        own_mailbox=own_mailbox,
        installation=Installation(operator_address=OPERATOR),
    )
    cast = a_cast(ports)
    account = a_connected_account(ports, cast.catalog, scopes=SCOPES)
    kept = Tokens(tokens.access_token, tokens.refresh_token)
    account.sealed_tokens = seal_tokens(ports, kept, place=account_place(account.id))
    account.connected_at = clock.now() - timedelta(days=3)
    account.token_expires_at = tokens.expires_at
    account.save()
    yield Wire(sandbox, clock, ports, cast, account)
    sandbox.control.clear_faults()
