"""The database fails over to its standby while workers send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.standby import Pair
from tests.storage.delivery.test_kill import Workers, ended

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


@pytest.fixture
def pair(store_url: str) -> Iterator[Pair]:
    """Give two empty servers, where PostgreSQL is the store."""
    del store_url
    made = Pair()
    made.start()
    yield made
    made.stop()


def test_a_failover_loses_and_doubles_nothing(pair: Pair, tmp_path: Path) -> None:
    workers = Workers(pair.url, tmp_path / "provider")
    worker = workers.start(prepare=True, lanes=10, messages=20, seconds=0.05)
    while sum(workers.received().values()) < 30:
        assert worker.poll() is None, worker.communicate()
        sleep(0.01)
    pair.fail_over()
    ledger = ended(worker)
    received, states = workers.received(), ledger["messages"]
    assert len(states) == 200
    assert max(received.values()) == 1, "nothing is doubled"
    assert set(states.values()) <= {"accepted", "unknown"}
    unknown = [address for address, state in states.items() if state == "unknown"]
    assert len(unknown) <= 12, "in doubt is at most what was in flight"
    assert set(states) - set(unknown) <= set(received), "accepted is only what the provider has"
