"""A worker is killed at each labelled point; the next one loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from classbell.delivery.killpoints import AFTER_SETTLE, AFTER_WIRE, KILL_POINTS, VARIABLE
from tests.storage.delivery.provider_folder import arrivals

pytestmark = pytest.mark.store

LANES, MESSAGES, IN_FLIGHT = 3, 8, 3
TOTAL = LANES * MESSAGES
POINTS = [
    pytest.param(point, marks=() if point == AFTER_WIRE else pytest.mark.slow)
    for point in KILL_POINTS
]
"""Every point: one of them in every run, the others in the slow suite."""


class Workers:
    """Starts workers on one store and one provider."""

    def __init__(self, store_url: str, provider: Path, *, listen_url: str = "") -> None:
        self.provider = provider
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "classbell.django_settings",
            "CLASSBELL_DATABASE_URL": store_url,
            "CLASSBELL_DATABASE_LISTEN_URL": listen_url,
        }

    def start(self, *, kill_point: str = "", **words: Any) -> subprocess.Popen[str]:
        told = {"provider": str(self.provider), "lanes": LANES, "messages": MESSAGES} | words
        return subprocess.Popen(
            [sys.executable, "-m", "tests.storage.delivery.mortal", json.dumps(told)],
            env=self._environment | {VARIABLE: kill_point, "PYTHONFAULTHANDLER": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def received(self) -> Counter[str]:
        """Count the mails that reached the provider, by address."""
        return Counter(address for _, _, people in arrivals(self.provider) for address in people)


@pytest.fixture
def workers(store_url: str, tmp_path: Path) -> Workers:
    return Workers(store_url, tmp_path / "provider")


def ended(worker: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a worker that ends by itself and return the ledger it prints last."""
    try:
        output, _ = worker.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        # It then says where each of its threads stands.
        worker.send_signal(signal.SIGABRT)
        output, _ = worker.communicate()
    assert worker.returncode == 0, output
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


@pytest.mark.parametrize("point", POINTS)
def test_kill_9_loses_and_doubles_nothing(workers: Workers, point: str) -> None:
    killed = workers.start(prepare=True, kill_point=f"{point}:3")
    output, _ = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, output
    before = workers.received()

    began = monotonic()
    ledger = ended(workers.start())
    took = monotonic() - began
    states, received = ledger["messages"], workers.received()

    assert len(states) == TOTAL
    assert set(states.values()) <= {"accepted", "unknown"}, "everything was sent or is in doubt"
    assert max(received.values()) == 1, "nothing is doubled"
    accepted = {address for address, state in states.items() if state == "accepted"}
    assert accepted <= set(received), "accepted is only what the provider has"
    unknown = set(states) - accepted
    assert len(unknown) <= LANES * IN_FLIGHT, "in doubt is at most what was in flight"
    assert ledger["envelopes"].get("unknown", 0) == len(unknown)
    assert ledger["envelopes"]["accepted"] == len(accepted)
    if point != AFTER_SETTLE:
        assert unknown, "what was on its way when the worker died is shown as in doubt"
    assert sum(before.values()) < TOTAL, "the second worker had something left to do"
    assert took < 20, "the lanes were taken over in time"


def test_sigterm_in_the_middle_of_a_send_leaves_nothing_in_doubt(workers: Workers) -> None:
    """What is with the provider is waited for and written down; the rest is the next worker's."""
    stopped = workers.start(prepare=True, seconds=0.5)
    while sum(workers.received().values()) < IN_FLIGHT:
        assert stopped.poll() is None, stopped.communicate()
        sleep(0.01)
    stopped.send_signal(signal.SIGTERM)
    states = ended(stopped)["messages"]
    accepted = {address for address, state in states.items() if state == "accepted"}

    assert set(states.values()) == {"accepted", "queued"}
    assert accepted == set(workers.received()), "what the provider has is known, and nothing else"

    ledger = ended(workers.start())
    assert set(ledger["messages"].values()) == {"accepted"}
    assert sorted(workers.received().values()) == [1] * TOTAL


@pytest.mark.postgresql
def test_a_frozen_worker_sends_and_settles_nothing_once_it_was_replaced(workers: Workers) -> None:
    # Between the look at the lease and the wire nothing can be done; so it is frozen while all it
    # may send at once is with the provider, whose answers it has not seen.
    frozen = workers.start(prepare=True, lease=1.5, seconds=3)
    while sum(workers.received().values()) < LANES * IN_FLIGHT:
        assert frozen.poll() is None, frozen.communicate()
        sleep(0.01)
    frozen.send_signal(signal.SIGSTOP)
    ledger = ended(workers.start(lease=1.5))
    received = workers.received()
    frozen.send_signal(signal.SIGCONT)
    after = ended(frozen)

    assert workers.received() == received, "it sends nothing more"
    assert after["messages"] == ledger["messages"], "and writes nothing over what its successor did"
    assert max(received.values()) == 1
    assert len(ledger["messages"]) == TOTAL
    assert list(ledger["messages"].values()).count("unknown") == LANES * IN_FLIGHT


@pytest.mark.postgresql
def test_two_workers_share_the_lanes_and_send_everything_once(workers: Workers) -> None:
    words: dict[str, Any] = {"lanes": 30, "messages": 10, "seconds": 0.005, "senders": 2}
    first = workers.start(prepare=True, **words)
    while not workers.received():
        assert first.poll() is None, first.communicate()
        sleep(0.01)
    second = workers.start(**words)
    ledger, _ = ended(first), ended(second)
    received = workers.received()
    assert len(received) == 300
    assert max(received.values()) == 1, "no lane was in two hands"
    assert set(ledger["messages"].values()) == {"accepted"}
    pids = {pid for _, pid, _ in arrivals(workers.provider)}
    assert len(pids) == 2, "both had their share"
