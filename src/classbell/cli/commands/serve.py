"""``classbell serve``: the web application under granian."""

from __future__ import annotations

import argparse
import os
import sys
from urllib.parse import urlsplit

from classbell.cli.framework import start_django

LEAST_THREADS = 4
"""A page that waits for Microsoft must not keep the others waiting."""

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
    """Become granian: this process is replaced, so signals reach it directly."""
    start_django()
    from classbell import bootstrap  # noqa: PLC0415 -- needs Django's settings

    bootstrap.ports()
    port = arguments.port or urlsplit(bootstrap.settings().base_url).port or 8000
    words = [sys.executable, "-m", "granian", "--interface", "wsgi"]
    words += ["--host", arguments.host, "--port", str(port)]
    threads = arguments.threads or max(LEAST_THREADS, 2 * (os.cpu_count() or 1))
    words += ["--blocking-threads", str(threads), "--no-ws", "--log-level", "warning"]
    words.append("classbell.web.wsgi:application")
    os.execv(sys.executable, words)  # noqa: S606 -- a fixed list of words, no shell
