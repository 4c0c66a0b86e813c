"""The product in front of a sandbox in trouble, on each route that mail can take."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from classbell import bootstrap
from classbell.delivery.drain import drain
from classbell.delivery.lanes import mailbox_lane, make_due, take
from classbell.domain.connections.daily import daily_check
from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.domain.notifications.lane_state import provider_lane
from classbell.microsoft.acs import AcsMail
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.microsoft.graph import GraphAccount, GraphClient, GraphMail, own_mailbox
from classbell.network.http import HttpDoor, Timeouts
from classbell.ports.bundle import Ports
from classbell.ports.identity import Prompt
from classbell.ports.installation import Installation
from classbell.storage.models import (
    Account,
    AccountState,
    Incident,
    Lane,
    Message,
    MessageState,
    Notification,
)
from m365sandbox.testing import Sandbox, start_sandbox
from m365sandbox.world import World
from tests.acceptance.faults.catalogue import HANG_SECONDS, Trouble
from tests.contract.callbacks import parameters_of
from tests.domain.people import a_cast
from tests.fakes import FakeClock
from tests.support import CONTOSO, a_connected_account, a_provider, fake_ports

SENDER = "learning@contoso.example"
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
        self._queue()
        held = False
        for _ in range(ROUNDS):
            self._serve()
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
            self._serve()

    def _queue(self) -> None:
        now, catalog = self.ports.clock.now(), self.account.connections.get().catalog
        common = {
            "organisation": catalog.organisation,
            "catalog": catalog,
            "created_at": now,
            "due_at": now,
            "expires_at": now + timedelta(days=30),
        }
        for _ in range(MESSAGES):
            told = Notification.objects.create(
                kind="account_connected", audience_size=1, expanded=1, **common
            )
            Message.objects.create(
                notification=told,
                lane=self.lane,
                address=SENDER,
                language="en",
                time_zone="UTC",
                state=MessageState.QUEUED,
                **common,
            )

    def _serve(self) -> None:
        now = self.ports.clock.now()
        Lane.objects.exclude(pk=self.lane.pk).update(due_at=None)
        make_due([self.lane.pk], now)
        with bootstrap.use(self.ports):
            while taken := take(now, holder="test", limit=1, lease_seconds=15):
                drain(self.ports, taken[0], bootstrap.handlers_for(self.lane))

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


@pytest.fixture(params=["plain", "traced", "azure"])
def route(request: pytest.FixtureRequest, db: None, outside: Outside) -> Route:
    """Give each route in turn, with an account that has just signed in."""
    name, sandbox, clock = request.param, outside.sandbox, outside.clock
    scopes = SCOPES.get(name, SCOPES["plain"])
    graph = GraphClient(_cloud(sandbox), outside.door, clock)
    ports = fake_ports(
        clock=clock,
        identity=_identity(outside, outside.door),
        mail=GraphMail(graph),
        account_facts=GraphAccount(graph),
        own_mailbox=own_mailbox,
        email_service=AcsMail(outside.door, clock),
        installation=Installation(operator_address="operator@contoso.example"),
    )
    catalog = a_cast(ports).catalog
    account = a_connected_account(ports, catalog, scopes=scopes)
    kept = _signed_in(outside, scopes)
    account.sealed_tokens = seal_tokens(ports, kept, place=account_place(account.id))
    account.connected_at = clock.now() - timedelta(days=3)
    account.save()
    lane = mailbox_lane(account)
    if name == "azure":
        provider = a_provider(
            ports,
            catalog.organisation,
            endpoint=sandbox.acs_url,
            sender_address=sandbox.acs_sender,
            access_key=sandbox.acs_key,
        )
        lane = provider_lane(provider)
    return Route(name, outside, ports, account, lane)


def _cloud(sandbox: Sandbox) -> Cloud:
    return Cloud(sandbox.secure_url, sandbox.graph_url)


def _identity(outside: Outside, door: HttpDoor) -> EntraIdentity:
    return EntraIdentity(
        cloud=_cloud(outside.sandbox),
        door=door,
        clock=outside.clock,
        client_id=outside.sandbox.client_id,
        credential=ClientSecret(outside.sandbox.client_secret),
    )


def _signed_in(outside: Outside, scopes: frozenset[str]) -> Tokens:
    """Sign in; a slow machine may take longer for it than the other door waits."""
    identity = _identity(outside, outside.patient)
    wanted = identity.begin_connect(
        tenant_id=CONTOSO,
        scopes=scopes,
        redirect_uri="http://localhost:8000/connect/callback",
        state="state",
        prompt=Prompt.SELECT_ACCOUNT,
    )
    answer = parameters_of(outside.sandbox.sign_in_by_http(wanted.url, SENDER))
    tokens = identity.finish_connect(CONTOSO, wanted.flow, answer)[1]
    return Tokens(tokens.access_token, tokens.refresh_token)
