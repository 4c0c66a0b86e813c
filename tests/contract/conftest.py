"""Every test here runs twice: against the fake, and against the real adapter and the sandbox."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest

from classbell.microsoft.clouds import Cloud
from classbell.microsoft.graph import GraphClient
from classbell.network.clock import CLOCK_TIMEOUTS, HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.mail import Mailbox
from m365sandbox.testing import Sandbox, start_sandbox

SERVICE_ACCOUNT = "learning@contoso.example"
ALL_SCOPES = frozenset({"User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All"})


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for all contract tests; ask for `sandbox` instead."""
    with start_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Give the sandbox as its seed left it, whatever an earlier test did to it."""
    running_sandbox.control.reset()
    return running_sandbox


@pytest.fixture(scope="session")
def trust(running_sandbox: Sandbox) -> ssl.SSLContext:
    """Trust the sandbox's own authority."""
    return ssl.create_default_context(cafile=str(running_sandbox.ca_file))


@pytest.fixture(scope="session")
def door(trust: ssl.SSLContext) -> Iterator[HttpDoor]:
    """Give the one HTTP door."""
    with HttpDoor(verify=trust) as opened:
        yield opened


@pytest.fixture(scope="session")
def cloud(running_sandbox: Sandbox) -> Cloud:
    """Name the sandbox as if it were one of Microsoft's clouds."""
    return Cloud(running_sandbox.secure_url, running_sandbox.graph_url)


@pytest.fixture
def sandbox_clock(sandbox: Sandbox, trust: ssl.SSLContext) -> Iterator[HttpClock]:
    """Tell business time as the sandbox does; a clock remembers, so each test has its own."""
    with HttpDoor(verify=trust, timeouts=CLOCK_TIMEOUTS) as opened:
        yield HttpClock(f"{sandbox.people_url}/_sandbox/clock", opened)


@pytest.fixture
def graph(cloud: Cloud, door: HttpDoor, sandbox_clock: HttpClock) -> GraphClient:
    """Speak Graph to the sandbox."""
    return GraphClient(cloud, door, sandbox_clock)


@pytest.fixture
def service_account(sandbox: Sandbox) -> Mailbox:
    """Give the mailbox of the service account, everything granted, with a fresh token."""
    token = sandbox.access_token(SERVICE_ACCOUNT, *sorted(ALL_SCOPES))
    return Mailbox("/me", token, ALL_SCOPES)
