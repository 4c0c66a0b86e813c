"""Delivery must hold on both stores, and its tests share one small world."""

import pytest

from tests.storage.delivery.world import World


@pytest.fixture
def world(db: None) -> World:
    """Give a lane with its provider."""
    return World()
