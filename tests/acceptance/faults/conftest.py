"""The product in front of a sandbox in trouble, on each route that mail can take."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from classbell.delivery.lanes import mailbox_lane
from classbell.domain.connections.daily import daily_check
from classbell.domain.notifications.lane_state import provider_lane
from classbell.microsoft.acs import AcsMail
from classbell.microsoft.graph import (
    GraphAccount,
    GraphClient,
    GraphMail,
    application_mailbox,
    own_mailbox,
)
from classbell.network.http import HttpDoor, Timeouts
from classbell.ports.bundle import Ports
from classbell.ports.installation import Installation
from classbell.storage.models import (
    Account,
    AccountState,
    Catalog,
    Incident,
    Lane,
    Message,
    MessageState,
)
from m365sandbox.testing import Sandbox, start_sandbox
from m365sandbox.world import World
from tests.acceptance.faults.catalogue import HANG_SECONDS, Trouble
from tests.acceptance.sandbox_account import (
    SENDER,
    cloud_of,
    connected,
    identity_at,
    queue_message,
    serve,
    sign_in,
)
from tests.domain.people import a_cast
from tests.fakes import FakeClock
from tests.opening import used_by_itself
from tests.support import a_provider, fake_ports

HEADER = "x-classbell-message"
SCOPES = {
    "plain": frozenset({"User.Read", "Mail.Send"}),
    "traced": frozenset({"User.Read", "Mail.Send", "Mail.ReadWrite"}),
}
MESSAGES = 3
# Beyond these rounds, of about nine hours of business time together, nothing may be waiting.
ROUNDS = 60
OPEN = {MessageState.QUEUED, MessageState.SENDING, MessageState.HELD}


@dataclass
class Outside:
    """The sandbox and the product's way to it, both telling the same time, which stands still."""

    sandbox: Sandbox
    door: HttpDoor
    patient: HttpDoor
    clock: FakeClock

    def pass_time(self, span: timedelta) -> None:
        """Let business time pass on both sides."""
        self.clock.set(self.sandbox.control.advance(span))

    def arrived(self) -> Counter[str]:
        """Count what is in the recipient's mailbox, by the message's id."""

        def count(world: World) -> Counter[str]:
            mailboxes = world.mailboxes
            letters = [mailboxes.letter(one) for one in mailboxes.items(SENDER, "Inbox")]
            headers = [header for letter in letters for header in letter.headers]
            return Counter(value for name, value in headers if name == HEADER)

        return self.sandbox.run(count)


@dataclass
class Route:
    """A catalog whose mail takes one route."""

    name: str
    outside: Outside
    ports: Ports
    catalog: Catalog
    account: Account
    lane: Lane

    def meet(self, *troubles: Trouble) -> Outcome:
        """Send some mail while there is trouble; nothing of it stays in the store.

        Returns:
            What became of it once everything is at rest.
        """
        control = self.outside.sandbox.control
        for trouble in troubles:
            control.add_fault(**trouble.rule(self.name))
        try:
            with transaction.atomic():
                outcome = self._sent()
                transaction.set_rollback(True)
        finally:
            control.clear_faults()
            # Whoever was left hanging may still act, and each run has a pace of its own.
            self.outside.pass_time(timedelta(minutes=2))
        return outcome

    def _sent(self) -> Outcome:
        Account.objects.update(token_expires_at=self.ports.clock.now())
        # The ids of what a former run took back are given again.
        before = self.outside.arrived()
        for _ in range(MESSAGES):
            queue_message(self.ports, self.catalog, self.lane)
        held = False
        for _ in range(ROUNDS):
            serve(self.ports, self.lane)
            self.account.refresh_from_db()
            if self.account.state == AccountState.LOST:
                held = held or Message.objects.filter(state=MessageState.HELD).exists()
                daily_check(self.ports, self.lane, str(self.account.pk))
            if not Message.objects.filter(state__in=OPEN).exists():
                break
            self.outside.pass_time(timedelta(minutes=9))
        else:
            raise AssertionError(f"It never comes to rest: {self._rows()}")
        self._settle_doubt()
        # What was accepted takes a moment to arrive.
        self.outside.pass_time(timedelta(minutes=2))
        return Outcome(
            self._rows(), self.outside.arrived() - before, Incident.objects.count(), held
        )

    def _settle_doubt(self) -> None:
        """Leave time for what is looked up later."""
        for _ in range(ROUNDS):
            if not Message.objects.filter(state=MessageState.UNKNOWN).exists():
                return
            self.outside.pass_time(timedelta(minutes=3))
            serve(self.ports, self.lane)

    def _rows(self) -> list[Message]:
        return list(Message.objects.filter(notification__kind="account_connected"))


@dataclass
class Outcome:
    """What the ledger says and what the provider has."""

    rows: list[Message]
    arrived: Counter[str]
    incidents: int
    was_held: bool


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    """Run one sandbox for a file, behind a door that does not wait for long."""
    with start_sandbox(smtp=False) as running:
        trust = ssl.create_default_context(cafile=str(running.ca_file))
        patience = Timeouts(read=HANG_SECONDS / 2, total=HANG_SECONDS / 2 + 0.1)
        with HttpDoor(verify=trust, timeouts=patience) as door, HttpDoor(verify=trust) as patient:
            running.control.set_clock(running.control.now(), freeze=True)
            yield Outside(running, door, patient, FakeClock(running.control.now()))


@pytest.fixture(params=["plain", "application", "traced", "azure"])
def route(request: pytest.FixtureRequest, db: None, outside: Outside) -> Route:
    """Give each route in turn, with an account that has just signed in."""
    name, sandbox, clock = request.param, outside.sandbox, outside.clock
    scopes = SCOPES.get(name, SCOPES["plain"])
    graph = GraphClient(cloud_of(sandbox), outside.door, clock)
    ports = fake_ports(
        clock=clock,
        identity=identity_at(sandbox, outside.door, clock),
        mail=GraphMail(graph),
        account_facts=GraphAccount(graph),
        own_mailbox=own_mailbox,
        application_mailbox=application_mailbox,
        email_service=AcsMail(outside.door, clock),
        installation=Installation(operator_address="operator@contoso.example"),
    )
    catalog = a_cast(ports).catalog
    # A slow machine may take longer to sign in than the other door waits.
    tokens = sign_in(sandbox, identity_at(sandbox, outside.patient, clock), scopes)
    account = connected(ports, catalog, tokens, scopes)
    lane = mailbox_lane(account)
    if name == "application":
        used_by_itself(
            sandbox, ports, account, identity_at(sandbox, outside.patient, clock), scopes
        )
    if name == "azure":
        provider = a_provider(
            ports,
            catalog.organisation,
            endpoint=sandbox.acs_url,
            sender_address=sandbox.acs_sender,
            access_key=sandbox.acs_key,
        )
        lane = provider_lane(provider)
    return Route(name, outside, ports, catalog, account, lane)
