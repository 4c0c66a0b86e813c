"""Ports whose Microsoft is a running sandbox, and an account of it that is connected."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from classbell.domain.connections.sealing import Tokens, account_place, seal_tokens
from classbell.microsoft.graph import (
    GraphAccount,
    GraphCalendar,
    GraphCalendarWatching,
    GraphClient,
    GraphMail,
    GraphMeetings,
    GraphRooms,
    application_mailbox,
    own_mailbox,
)
from classbell.network.http import HttpDoor, watch_nothing
from classbell.network.messages import HttpAnswer, HttpRequest
from classbell.ports.bundle import Ports
from classbell.storage.models import Account
from m365sandbox.testing import Sandbox
from tests.acceptance.sandbox_account import SENDER, cloud_of, identity_at
from tests.fakes import FakeClock
from tests.support import a_catalog, a_connected_account, fake_ports


@contextmanager
def ports_at(
    sandbox: Sandbox, observe: Callable[[HttpRequest, HttpAnswer], None] = watch_nothing
) -> Iterator[Ports]:
    """Speak to a sandbox, each exchange observed; the clock begins at its time."""
    trust = ssl.create_default_context(cafile=str(sandbox.ca_file))
    clock = FakeClock(sandbox.control.now())
    with HttpDoor(verify=trust, observe=observe) as door:
        graph = GraphClient(cloud_of(sandbox), door, clock)
        yield fake_ports(
            clock=clock,
            identity=identity_at(sandbox, door, clock),
            mail=GraphMail(graph),
            calendar=GraphCalendar(graph),
            watching=GraphCalendarWatching(graph),
            meetings=GraphMeetings(graph),
            rooms=GraphRooms(graph),
            account_facts=GraphAccount(graph),
            own_mailbox=own_mailbox,
            application_mailbox=application_mailbox,
        )


def account_with(ports: Ports, access_token: str, scopes: Iterable[str]) -> Account:
    """Return the service account, connected to a catalog, with a token that is good for a while."""
    account = a_connected_account(ports, a_catalog(), scopes=scopes)
    kept = Tokens(access_token, "not needed")
    account.sealed_tokens = seal_tokens(ports, kept, place=account_place(account.id))
    account.save()
    assert account.address == SENDER
    return account
