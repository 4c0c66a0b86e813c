"""Fixtures of the tests of courses."""

from __future__ import annotations

import pytest

from tests.domain.courses.stage import Stage


@pytest.fixture
def stage(db: None) -> Stage:
    """Give fakes, ports, people and a connected catalog."""
    return Stage()
