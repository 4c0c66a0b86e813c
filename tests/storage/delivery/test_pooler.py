"""Workers behind a connection pooler, and a database that goes away and comes back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from tests import pooler
from tests.postgresql import REQUIRE_VARIABLE
from tests.storage.delivery.test_kill import Workers, ended

pytestmark = pytest.mark.postgresql


@pytest.fixture
def between(store_url: str) -> Iterator[pooler.Pooler]:
    """Give a pooler before an empty database."""
    if pooler.program() is None:
        message = "PgBouncer was not found; scripts/install-system-packages installs it"
        if "postgresql" in os.environ.get(REQUIRE_VARIABLE, ""):
            pytest.fail(message)
        pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="classbell-pooler-"))
    made = pooler.Pooler(store_url, folder)
    made.start()
    yield made
    made.kill()
    shutil.rmtree(folder)


@pytest.fixture
def workers(between: pooler.Pooler, store_url: str, tmp_path: Path) -> Workers:
    return Workers(between.url, tmp_path / "provider", listen_url=store_url)


def test_two_workers_behind_a_pooler_send_everything_once(workers: Workers) -> None:
    first = workers.start(prepare=True, lanes=10, messages=10)
    while not workers.received():
        assert first.poll() is None, first.communicate()
        sleep(0.01)
    second = workers.start(lanes=10, messages=10)
    ledger, _ = ended(first), ended(second)
    received = workers.received()
    assert len(received) == 100
    assert max(received.values()) == 1
    assert set(ledger["messages"].values()) == {"accepted"}


def test_a_database_that_goes_away_and_comes_back_loses_and_doubles_nothing(
    workers: Workers, between: pooler.Pooler
) -> None:
    worker = workers.start(prepare=True, lanes=10, messages=20, seconds=0.05)
    while sum(workers.received().values()) < 30:
        assert worker.poll() is None, worker.communicate()
        sleep(0.01)
    between.kill()
    sleep(2)
    between.start()
    ledger = ended(worker)
    received = workers.received()
    assert max(received.values()) == 1
    states = ledger["messages"]
    assert len(states) == 200
    assert set(states.values()) <= {"accepted", "unknown"}
    unknown = [address for address, state in states.items() if state == "unknown"]
    assert len(unknown) <= 12, "in doubt is at most what was in flight"
    assert set(states) - set(unknown) <= set(received)
