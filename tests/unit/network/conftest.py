"""What the tests of the HTTP door share: a log that no other test has set up."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _nobody_has_set_up_the_log() -> Iterator[None]:
    """Start with every level written: any earlier test may have started a whole process's log."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
