"""Fixtures of the tests of scheduling."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from classbell.storage.models import AccountKind
from m365sandbox.testing import Sandbox, start_sandbox
from tests.domain.scheduling.stage import Stage
from tests.domain.scheduling.wired import Wire, wired


@pytest.fixture
def stage(db: None) -> Stage:
    """Give fakes, ports and a connected catalog."""
    return Stage()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for a file."""
    with start_sandbox(smtp=False) as running:
        yield running


@pytest.fixture(params=list(AccountKind))
def wire(request: pytest.FixtureRequest, db: None, sandbox: Sandbox) -> Iterator[Wire]:
    """Connect a catalog to the sandbox's service account, in both ways one after the other."""
    yield from wired(sandbox, request.param)
