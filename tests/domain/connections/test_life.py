"""The life of an account in any order of events, against the sandbox: what must always hold.

Whatever happens at Microsoft and here, mail is never lost, an incident is open exactly while the
account is lost, and it is told once.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from classbell import bootstrap
from classbell.delivery.drain import drain
from classbell.delivery.lanes import mailbox_lane, make_due, take
from classbell.domain.connections.check_now import check_now
from classbell.domain.connections.disconnect import disconnect
from classbell.domain.organisations.audit import Actor
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.microsoft.graph import (
    GraphAccount,
    GraphClient,
    GraphMail,
    application_mailbox,
    own_mailbox,
)
from classbell.network.http import HttpDoor
from classbell.ports.bundle import Ports
from classbell.ports.errors import ProviderFailure
from classbell.storage.models import (
    Account,
    AccountState,
    Connection,
    Incident,
    Lane,
    Message,
    MessageState,
    Notification,
)
from m365sandbox.testing import PASSWORD, Sandbox, SignInStopped, start_sandbox
from tests.contract.callbacks import parameters_of
from tests.domain.connections.stage import Stage
from tests.fakes import FakeClock

SAFE = {
    MessageState.QUEUED,
    MessageState.HELD,
    MessageState.ACCEPTED,
    MessageState.UNKNOWN,
}
HAPPENINGS = ["change-password", "reset-password", "revoke-sessions", "disable", "enable"]
PASSWORDS: dict[str, dict[str, object]] = {
    "change-password": {"password": PASSWORD},
    "reset-password": {"password": PASSWORD},
}
EMAIL_ONLY = frozenset({"User.Read", "Mail.Send"})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for all lives; each life has an account of its own."""
    with start_sandbox(smtp=False) as running:
        running.control.set_clock(running.control.now(), freeze=True)
        yield running


@pytest.fixture(scope="module")
def door(sandbox: Sandbox) -> Iterator[HttpDoor]:
    """Open the one HTTP door, trusting the sandbox."""
    with HttpDoor(verify=ssl.create_default_context(cafile=str(sandbox.ca_file))) as opened:
        yield opened


class Life(RuleBasedStateMachine):
    """One account, from its first connection on."""

    sandbox: Sandbox
    door: HttpDoor

    @initialize()
    def begin(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.stage = Stage()
        self.stage.clock.set(self.sandbox.control.now())
        self.stage.ports = self.ports(self.stage.ports, self.stage.clock)
        self.address = f"life-{uuid4().hex[:12]}@contoso.example"
        body = {"address": self.address, "display_name": "A Life"}
        self.sandbox.control.ask("POST", "/people", body)
        self.messages = 0
        self.connect()

    def ports(self, fakes: Ports, clock: FakeClock) -> Ports:
        cloud = Cloud(self.sandbox.secure_url, self.sandbox.graph_url)
        graph = GraphClient(cloud, self.door, clock)
        identity = EntraIdentity(
            cloud=cloud,
            door=self.door,
            clock=clock,
            client_id=self.sandbox.client_id,
            credential=ClientSecret(self.sandbox.client_secret),
        )
        return replace(
            fakes,
            identity=identity,
            mail=GraphMail(graph),
            account_facts=GraphAccount(graph),
            own_mailbox=own_mailbox,
            application_mailbox=application_mailbox,
        )

    @property
    def account(self) -> Account:
        return Account.objects.get(address=self.address)

    def may_queue(self) -> bool:
        """Whether there is an account whose lane mail goes to."""
        return Connection.objects.filter(account__isnull=False).exists()

    @rule()
    def connect(self) -> None:
        url = self.stage.begin(scopes=EMAIL_ONLY)
        try:
            redirect = self.sandbox.sign_in_by_http(url, self.address)
        except SignInStopped:
            return  # Microsoft's page leads no further; nothing came back here
        answer = parameters_of(redirect)
        if "code" not in answer:
            return
        try:
            self.stage.finish(answer)
        except ProviderFailure:
            return  # Microsoft was disturbed; nothing is changed
        self.stage.save()

    @precondition(may_queue)
    @rule()
    def queue_mail(self) -> None:
        self.stage.a_message(address=self.address)
        self.messages += 1

    @rule()
    def serve(self) -> None:
        lane = mailbox_lane(self.account)
        Lane.objects.exclude(pk=lane.pk).update(due_at=None)
        make_due([lane.pk], self.stage.clock.now())
        now = self.stage.clock.now()
        with bootstrap.use(self.stage.ports):
            # On a slow machine a lane may have to make room before it is done.
            while taken := take(now, holder="test", limit=1, lease_seconds=15):
                drain(self.stage.ports, taken[0], bootstrap.handlers_for(lane))

    @rule(hours=st.sampled_from([1, 2, 27]))
    def let_time_pass(self, hours: int) -> None:
        self.stage.clock.set(self.sandbox.control.advance(timedelta(hours=hours)))

    @rule(switch=st.sampled_from(HAPPENINGS))
    def let_it_happen(self, switch: str) -> None:
        self.sandbox.control.person(self.address, switch, **PASSWORDS.get(switch, {}))

    @rule(policy=st.sampled_from(["conditional-access", "mfa"]), on=st.booleans())
    def demand_by_policy(self, policy: str, *, on: bool) -> None:
        self.sandbox.control.person(self.address, policy, on=on)

    @precondition(may_queue)
    @rule()
    def check(self) -> None:
        try:
            check_now(
                self.stage.ports, catalog=self.stage.catalog, actor=Actor.of(self.stage.owner)
            )
        except ProviderFailure:
            return  # it says why on the page

    @rule()
    def withdraw_consent(self) -> None:
        self.sandbox.control.person(self.address, "withdraw-consent")

    @rule(
        path=st.sampled_from(["*/oauth2/v2.0/token", "/v1.0/me/sendMail"]),
        fault=st.sampled_from([{"status": 503}, {"status": 429}, {"effect": "drop"}]),
    )
    def disturb(self, path: str, fault: dict[str, object]) -> None:
        self.sandbox.control.add_fault(path=path, method="POST", **fault)

    @precondition(may_queue)
    @rule()
    def disconnect(self) -> None:
        disconnect(self.stage.ports, catalog=self.stage.catalog, actor=Actor.of(self.stage.owner))

    @invariant()
    def no_mail_is_lost_or_doubled(self) -> None:
        states = list(Message.objects.values_list("state", flat=True))
        assert len(states) == self.messages
        assert set(states) <= SAFE
        arrived = len(self.sandbox.control.received(to=self.address))
        accepted = states.count(MessageState.ACCEPTED)
        assert accepted <= arrived <= accepted + states.count(MessageState.UNKNOWN)

    @invariant()
    def an_incident_is_open_exactly_while_lost_and_told_once(self) -> None:
        lost = Account.objects.filter(state=AccountState.LOST).count()
        assert Incident.objects.filter(closed_at=None).count() == lost
        told = Notification.objects.filter(kind="connection_lost").count()
        assert told == Incident.objects.count()

    def teardown(self) -> None:
        self.sandbox.control.clear_faults()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)


@pytest.mark.slow
@pytest.mark.django_db
def test_an_account_through_any_life(sandbox: Sandbox, door: HttpDoor) -> None:
    life = type("LifeHere", (Life,), {"sandbox": sandbox, "door": door})
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=int(os.environ.get("CLASSBELL_TEST_LIVES", "6")),
            stateful_step_count=15,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
