"""Clients of Graph for these tests; what they are made of is imported where it is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from m365sandbox.testing import Sandbox

if TYPE_CHECKING:
    from tests.sandbox.clients.support import Client, Clients


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """Give one event loop for all of these tests."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def clients(live_sandbox: Sandbox, runner: asyncio.Runner) -> Iterator[Clients]:
    """Give clients whose every exchange is held against all that is known of Graph's answers."""
    from tests.sandbox.clients.support import Clients, Record  # noqa: PLC0415 -- may be missing

    record = Record()
    made = Clients(live_sandbox, runner, record)
    yield made
    for one in made.opened:
        runner.run(one.aclose())
    assert not record.wrong


@pytest.fixture
def organiser(clients: Clients) -> Client:
    """Give msgraph-sdk as the learning account."""
    return clients.person()
