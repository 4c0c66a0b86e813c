"""Every test here runs twice: against the fake, and against the real adapter and the sandbox."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from classbell.microsoft.acs import AcsMail
from classbell.microsoft.clouds import Cloud
from classbell.microsoft.graph import GraphClient
from classbell.network.clock import CLOCK_TIMEOUTS, HttpClock
from classbell.network.http import HttpDoor
from classbell.ports.mail import EmailResource, Mailbox
from m365sandbox.testing import Sandbox, start_sandbox
from tests.contract import tracing
from tests.contract.email_sides import ZOE, EmailExchanges, EmailSide, void

SERVICE_ACCOUNT = "learning@contoso.example"
ALL_SCOPES = frozenset({"User.Read", "Mail.Send", "Calendars.ReadWrite", "Place.Read.All"})
TRACING = ALL_SCOPES | {"Mail.ReadWrite"}


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


@pytest.fixture
def traced_account(sandbox: Sandbox) -> Iterator[Mailbox]:
    """Give the mailbox of the service account, its drafts included, with room again afterwards."""
    token = sandbox.access_token(SERVICE_ACCOUNT, *sorted(TRACING))
    yield Mailbox("/me", token, TRACING)
    sandbox.control.mailbox(SERVICE_ACCOUNT, quota_bytes=None)


@pytest.fixture
def traced_route(sandbox: Sandbox, graph: GraphClient, traced_account: Mailbox) -> tracing.Route:
    """Give Graph's side of mail in two steps."""
    return tracing.sandbox_route(sandbox, graph, traced_account)


@pytest.fixture
def exchanges() -> Iterator[EmailExchanges]:
    """Watch a test's exchanges, and fail it where one is not as Microsoft describes it."""
    watched = EmailExchanges()
    yield watched
    assert not watched.wrong


@pytest.fixture
def acs_mail(
    trust: ssl.SSLContext, sandbox_clock: HttpClock, exchanges: EmailExchanges
) -> Iterator[AcsMail]:
    with HttpDoor(verify=trust, observe=exchanges.note) as opened:
        yield AcsMail(opened, sandbox_clock)


@pytest.fixture
def sandbox_email(sandbox: Sandbox, acs_mail: AcsMail) -> Iterator[EmailSide]:
    control = sandbox.control
    control.acs.resource(enabled=False)

    def fault(effect: str) -> Callable[[], None]:
        return lambda: void(control.add_fault(path="/emails:send", effect=effect))

    yield EmailSide(
        service=acs_mail,
        resource=EmailResource(sandbox.acs_url, sandbox.acs_sender, sandbox.acs_key),
        subjects=lambda: [one["subject"] for one in control.received(ZOE.address)],
        lose_answer=fault("act_then_drop"),
        lose_request=fault("drop"),
        give_up=lambda _key: control.acs.outcome("*", operation="Failed", code="EmailDropped"),
        later=lambda: void(control.advance(timedelta(seconds=5))),
    )
    control.acs.clear_outcomes()
    control.acs.resource(enabled=True)


@pytest.fixture
def undescribed(
    sandbox_email: EmailSide, trust: ssl.SSLContext, sandbox_clock: HttpClock
) -> Iterator[EmailSide]:
    """Give a side whose exchanges are not held against the description: faults answer anything."""
    with HttpDoor(verify=trust) as opened:
        yield replace(sandbox_email, service=AcsMail(opened, sandbox_clock))
