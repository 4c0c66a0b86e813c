"""Fixtures of the tests of webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.domain.webhooks.stage import Stage
from tests.receiver import a_receiver


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give a catalog with an endpoint that leads to a receiver on loopback."""
    with a_receiver() as receiver:
        yield Stage(receiver)
