"""The sandbox each of these tests asks."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.sandbox.graph.harness import Sandbox, small_world


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """Give one event loop for all tests."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def sandbox(runner: asyncio.Runner) -> Sandbox:
    """Give a fresh small sandbox."""
    return Sandbox(small_world(), runner)
