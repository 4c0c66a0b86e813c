"""Ports whose Microsoft is a running sandbox."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.entra import ClientSecret, EntraIdentity
from classbell.microsoft.graph import (
    GraphAccount,
    GraphCalendar,
    GraphClient,
    GraphMail,
    GraphRooms,
    application_mailbox,
    own_mailbox,
)
from classbell.network.http import HttpDoor
from classbell.ports.bundle import Ports
from m365sandbox.testing import Sandbox
from tests.fakes import FakeClock
from tests.support import fake_ports


@contextmanager
def ports_at(sandbox: Sandbox) -> Iterator[Ports]:
    trust = ssl.create_default_context(cafile=str(sandbox.ca_file))
    cloud, clock = Cloud(sandbox.secure_url, sandbox.graph_url), FakeClock(sandbox.control.now())
    with HttpDoor(verify=trust) as door:
        graph = GraphClient(cloud, door, clock)
        yield fake_ports(
            clock=clock,
            identity=EntraIdentity(
                cloud=cloud,
                door=door,
                clock=clock,
                client_id=sandbox.client_id,
                credential=ClientSecret(sandbox.client_secret),
            ),
            mail=GraphMail(graph),
            calendar=GraphCalendar(graph),
            rooms=GraphRooms(graph),
            account_facts=GraphAccount(graph),
            own_mailbox=own_mailbox,
            application_mailbox=application_mailbox,
        )
