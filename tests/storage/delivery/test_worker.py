"""The worker as an operator starts it: `classbell worker`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.store


def classbell(store_url: str, *words: str) -> subprocess.Popen[str]:
    """Start the command with the tests' settings on a store of its own."""
    settings = {"DJANGO_SETTINGS_MODULE": "classbell.django_settings"}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("classbell")), *words],
        env=os.environ | settings | {"CLASSBELL_DATABASE_URL": store_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(worker: subprocess.Popen[str], words: str) -> None:
    """Read the worker's log until a line contains some words."""
    assert worker.stdout is not None
    for line in worker.stdout:
        if words in line:
            return
    pytest.fail(f"the worker ended without saying «{words}»")


def test_it_stops_gently_on_sigterm_and_is_the_only_one_on_sqlite(
    store_url: str, store: str
) -> None:
    migrate = classbell(store_url, "migrate")
    output, _ = migrate.communicate(timeout=60)
    assert migrate.returncode == 0, output
    worker = classbell(store_url, "worker")
    try:
        until(worker, "worker takes lanes")
        if store == "sqlite":
            second = classbell(store_url, "worker")
            output, _ = second.communicate(timeout=30)
            assert second.returncode != 0
            assert "Another worker serves this database already" in output
        worker.send_signal(signal.SIGTERM)
        until(worker, "worker has stopped")
        assert worker.wait(timeout=10) == 0
    finally:
        worker.kill()
        worker.communicate()
