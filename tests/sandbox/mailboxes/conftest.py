"""The world these tests send mail in."""

import pytest

from m365sandbox.world import World
from tests.sandbox.graph.harness import small_world


@pytest.fixture
def world() -> World:
    """Give a fresh small world."""
    return small_world()
