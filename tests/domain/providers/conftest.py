"""Fixtures of the tests of Azure Communication Services."""

from __future__ import annotations

import pytest

from tests.domain.connections.stage import Stage


@pytest.fixture
def stage(db: None) -> Stage:
    """Give fakes, ports and people, with nothing connected and nothing activated."""
    return Stage()
