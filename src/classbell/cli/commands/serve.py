"""``classbell serve``: the web application under granian, which leaves without losing a request."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Event
from types import FrameType
from urllib.parse import urlsplit

from classbell.cli.framework import start_django

LEAST_THREADS = 4
"""A page that waits for Microsoft must not keep the others waiting."""

FINISH_SECONDS = 10
"""What is being answered may take so long; pages wait for Microsoft for less."""

GOODBYES = (signal.SIGTERM, signal.SIGINT)

Commands = argparse._SubParsersAction  # noqa: SLF001 -- argparse names the type only so


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("serve", help="serve the Admin Center")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, help="port; that of CLASSBELL_BASE_URL by default")
    parser.add_argument(
        "--threads", type=int, help="requests served at once; twice the cores by default"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT: first not ready any more, then nothing new, then gone."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings
    from classbell.domain.operations.readiness import STOPPING_FILE  # noqa: PLC0415 -- the same

    bootstrap.ports()
    chosen = bootstrap.settings()
    port = arguments.port or urlsplit(chosen.base_url).port or 8000
    with tempfile.TemporaryDirectory(prefix="classbell-web-") as folder:
        sign = Path(folder) / "stopping"
        server = subprocess.Popen(
            _words(arguments, port),
            env={**os.environ, STOPPING_FILE: str(sign)},
            # In our process group, so that whoever ends the group leaves nothing behind.
        )
        stopping = _stopped_by_signals(server)
        while server.poll() is None and not stopping.wait(0.2):
            continue
        if server.poll() is not None:
            return server.returncode
        return _leave(server, sign, stop_seconds=chosen.stop_seconds)


def _words(arguments: argparse.Namespace, port: int) -> list[str]:
    words = [sys.executable, "-m", "granian", "--interface", "wsgi"]
    words += ["--host", arguments.host, "--port", str(port)]
    threads = arguments.threads or max(LEAST_THREADS, 2 * (os.cpu_count() or 1))
    words += ["--blocking-threads", str(threads), "--no-ws", "--log-level", "warning"]
    words += ["--workers-kill-timeout", str(FINISH_SECONDS)]
    return [*words, "classbell.web.wsgi:application"]


def _leave(server: subprocess.Popen[bytes], sign: Path, *, stop_seconds: int) -> int:
    """Say that nothing new should come, wait for the balancer to have heard it, then end."""
    sign.touch()
    try:
        server.wait(stop_seconds)
    except subprocess.TimeoutExpired:
        server.terminate()
    try:
        server.wait(FINISH_SECONDS + 2)
    except subprocess.TimeoutExpired:
        _end_at_once(server)
        return 1
    return 0


def _end_at_once(server: subprocess.Popen[bytes]) -> None:
    """End the server with its own children: the whole group, where that is ours alone."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    server.kill()


def _stopped_by_signals(server: subprocess.Popen[bytes]) -> Event:
    """Give an event that the first goodbye sets; a second one ends the server at once."""
    stopping = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            _end_at_once(server)
        stopping.set()

    for number in GOODBYES:
        signal.signal(number, end)
    return stopping
