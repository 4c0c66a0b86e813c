"""The portal as a browser would see it."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.sandbox.graph.harness import small_world
from tests.sandbox.portal.browser import Browser


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Give a browser on a fresh small sandbox."""
    with asyncio.Runner() as runner:
        yield Browser(small_world(), runner)
