"""A catalog with a connected account in front of a sandbox that answers as it is told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from classbell.delivery.lanes import mailbox_lane
from classbell.microsoft.entra import EntraIdentity
from classbell.microsoft.graph import (
    GraphAccount,
    GraphClient,
    GraphMail,
    application_mailbox,
    own_mailbox,
)
from classbell.network.http import HttpDoor
from classbell.ports.bundle import Ports
from classbell.ports.identity import TokenSet
from classbell.ports.installation import Installation
from classbell.storage.models import Account, Lane, Message
from m365sandbox.testing import Sandbox, start_sandbox
from tests.acceptance.sandbox_account import (
    cloud_of,
    connected,
    identity_at,
    queue_message,
    serve,
    sign_in,
)
from tests.domain.people import Cast, a_cast
from tests.fakes import FakeClock
from tests.support import fake_ports

SCOPES = frozenset({"User.Read", "Mail.Send"})
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
        return queue_message(self.ports, self.cast.catalog, self.lane)

    def renewals(self) -> int:
        """Count the calls of the token endpoint that were answered with a token so far."""
        found = self.sandbox.control.log(method="POST", status=200, limit=1000)
        return sum("/oauth2/v2.0/token" in one["path"] for one in found)

    def serve(self) -> None:
        """Let a worker serve the account's lane, as far as there is something to do now."""
        serve(self.ports, self.lane)


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
def identity(door: HttpDoor, clock: FakeClock, sandbox: Sandbox) -> EntraIdentity:
    """Speak to the sandbox's sign-in service."""
    return identity_at(sandbox, door, clock)


@pytest.fixture(scope="module")
def tokens(sandbox: Sandbox, identity: EntraIdentity) -> TokenSet:
    """Sign the service account in once."""
    return sign_in(sandbox, identity, SCOPES)


@pytest.fixture
def wire(  # noqa: PLR0917 -- fixtures are asked for by name
    db: None,
    sandbox: Sandbox,
    door: HttpDoor,
    clock: FakeClock,
    identity: EntraIdentity,
    tokens: TokenSet,
) -> Iterator[Wire]:
    """Connect a catalog to the sandbox's service account, some time ago."""
    graph = GraphClient(cloud_of(sandbox), door, clock)
    ports = fake_ports(
        clock=clock,
        identity=identity,
        mail=GraphMail(graph),
        account_facts=GraphAccount(graph),
        own_mailbox=own_mailbox,
        application_mailbox=application_mailbox,
        installation=Installation(operator_address=OPERATOR),
    )
    cast = a_cast(ports)
    account = connected(ports, cast.catalog, tokens, SCOPES)
    yield Wire(sandbox, clock, ports, cast, account)
    sandbox.control.clear_faults()
