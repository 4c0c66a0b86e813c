"""Fixtures of the tests of scheduling."""

from __future__ import annotations

import pytest

from tests.domain.scheduling.stage import Stage


@pytest.fixture
def stage(db: None) -> Stage:
    """Give fakes, ports and a connected catalog."""
    return Stage()
