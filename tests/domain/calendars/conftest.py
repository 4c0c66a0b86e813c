"""What tests of calendar files start from."""

from __future__ import annotations

import pytest

from classbell.storage.models import CalendarOptions
from tests.domain.scheduling.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """Give a stage whose catalog invites learners by mail only."""
    made = Stage()
    CalendarOptions.objects.create(catalog=made.catalog, by_mail_only=True)
    return made
