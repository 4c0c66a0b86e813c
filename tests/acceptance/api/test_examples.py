"""The examples of the how-to, run as they stand, and answered as they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from classbell import bootstrap
from classbell.domain.integrations.rates import RATES
from classbell.ports.bundle import Ports
from classbell.web.wsgi import application
from tests.acceptance.api.conftest import issued
from tests.domain.people import a_cast
from tests.support import a_connected_account, fake_ports

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "integrate.md"
BLOCK = re.compile(r"```(sh|json)\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
MARK = "===== end of an example ====="


@pytest.fixture
def shared_ports() -> Iterator[Ports]:
    RATES.forget()
    with bootstrap.use(fake_ports()) as replacement:
        yield replacement


class Threading(ThreadingMixIn, WSGIServer):
    """Serves every request in a thread of its own."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[str]:
    """Serve the product, and give its address."""
    with make_server("127.0.0.1", 0, application, Threading, Silent) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def examples() -> list[tuple[str, Any]]:
    """Return what is to be typed, each with what is said to come back."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    typed = [text for kind, text in blocks if kind == "sh"]
    shown = [json.loads(text) for kind, text in blocks if kind == "json"]
    assert [kind for kind, _ in blocks] == ["sh", "json"] * len(typed)
    return list(zip(typed, shown, strict=True))


def assert_shown(shown: Any, found: Any) -> None:
    """See that an answer holds what is shown; «…» stands for anything."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert_shown(value, found[name])
    elif isinstance(shown, list):
        assert len(found) >= len(shown)
        for one, other in zip(shown, found, strict=False):
            assert_shown(one, other)
    elif shown != "…":
        assert found == shown


@pytest.mark.django_db(transaction=True)
def test_what_is_shown_is_what_happens(shared_ports: Ports, served: str, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl was not found")
    cast = a_cast(shared_ports)
    a_connected_account(shared_ports, cast.catalog)
    token = issued(shared_ports, cast.catalog, cast.owner, name="Learning platform").token
    script = f"\necho\necho '{MARK}'\n".join(typed for typed, _ in examples())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "CLASSBELL": served,
            "TOKEN": token,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = done.stdout.split(MARK)
    for (_, shown), answer in zip(examples(), answers, strict=True):
        assert_shown(shown, json.loads(answer))


@pytest.mark.django_db(transaction=True)
def test_the_example_in_python_does_what_it_says(shared_ports: Ports, served: str) -> None:
    cast = a_cast(shared_ports)
    (example,) = PYTHON.findall(PAGE.read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "-c", example],
        env={
            "CLASSBELL": served,
            "TOKEN": issued(shared_ports, cast.catalog, cast.owner).token,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("invalid_input «Morning» has 1 of 1 seats left")
