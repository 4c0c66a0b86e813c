"""The sandbox each of these tests asks."""

import asyncio
from collections.abc import Iterator

import pytest

from m365sandbox.testing import Sandbox as RunningSandbox
from tests.sandbox.graph.harness import Sandbox, small_world
from tests.sandbox.graph.listener import Listener
from tests.sandbox.graph.subscriber import Subscriber


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """Give one event loop for all tests."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def sandbox(runner: asyncio.Runner) -> Sandbox:
    """Give a fresh small sandbox."""
    return Sandbox(small_world(), runner)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give a webhook."""
    with Listener() as running:
        yield running


@pytest.fixture
def subscriber(live_sandbox: RunningSandbox) -> Subscriber:
    """Give an application for the learning account; the clock stands."""
    live_sandbox.control.set_clock(live_sandbox.control.now(), freeze=True)
    return Subscriber(live_sandbox)
