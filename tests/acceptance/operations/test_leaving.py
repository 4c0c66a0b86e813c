"""Web application and worker leave without losing a request, as a balancer and a user see it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest

from classbell.cli.processes import free_port

pytestmark = pytest.mark.slow
PEOPLE = 6


def program(words: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start ``classbell`` with settings of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "classbell.cli.main", *words],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "classbell.django_settings"} | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def status(address: str) -> int:
    """Return the status of a page; 0 where nobody listens."""
    try:
        return httpx2.get(address, timeout=10).status_code
    except httpx2.ConnectError:
        return 0


def until(look: Callable[[], bool]) -> None:
    """Look until it holds."""
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve the Admin Center on a database of its own."""
    port = free_port()
    chosen = {
        "CLASSBELL_DATABASE_URL": f"sqlite:///{folder / 'classbell.sqlite3'}",
        "CLASSBELL_BASE_URL": f"http://localhost:{port}",
        **settings,
    }
    assert program(["migrate"], chosen).wait(60) == 0
    server = program(["serve"], chosen)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: status(f"{address}/readyz") == 200)
        yield server, address
    finally:
        server.terminate()
        server.wait(30)


def keeps_asking(address: str, done: Event) -> list[int]:
    """Ask for pages as a balancer lets people: only where the server is ready."""
    seen: list[int] = []
    while not done.is_set() and status(f"{address}/readyz") == 200:
        seen.extend(status(f"{address}/signin") for _ in range(3))
    return seen


def test_no_request_is_lost_when_the_web_application_is_stopped_under_load(tmp_path: Path) -> None:
    with (
        serving(tmp_path, CLASSBELL_STOP_SECONDS="3") as (server, address),
        ThreadPoolExecutor(PEOPLE) as people,
    ):
        done = Event()
        asking = [people.submit(keeps_asking, address, done) for _ in range(PEOPLE)]
        time.sleep(1.5)  # load has to be under way; how much of it does not matter
        server.send_signal(signal.SIGTERM)
        until(lambda: status(f"{address}/readyz") == 503)
        assert status(f"{address}/healthz") == 200
        assert server.wait(30) == 0
        done.set()
        answers = [one for asked in asking for one in asked.result()]
        assert len(answers) > PEOPLE
        assert set(answers) == {200}
        assert status(f"{address}/healthz") == 0


def test_without_the_setting_it_leaves_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _address):
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        assert time.monotonic() - begun < 5
