"""A group of child processes that start in order and end together."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Self

from classbell.ports.errors import ConfigurationFault

STOP_SECONDS = 15.0
START_SECONDS = 120.0
"""Long, for a busy machine; a child that ends is noticed at once all the same."""
LOOK_SECONDS = 0.1
OWN_PORTS = range(20_000, 32_000)
LOOPBACK = "127.0.0.1"
GOODBYES = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a polite kill, and the terminal that was closed."""


@dataclass
class Processes:
    """Children that are stopped, all of them, whenever the block is left.

    Attributes:
        environment: the variables every child gets.
        output: where their output goes; the terminal where it is None.
    """

    environment: Mapping[str, str]
    output: IO[bytes] | None = None
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Begin the group."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop every child and wait until each has ended."""
        with _deaf():
            self.stop()

    def start(self, name: str, words: Sequence[str]) -> None:
        """Start one child in a session of its own, so that only we pass signals on to it."""
        self.children[name] = subprocess.Popen(
            list(words),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,
        )

    def wait_for_port(self, name: str, port: int) -> None:
        """Wait until a child accepts connections on a port of the loopback.

        Raises:
            ConfigurationFault: it ended first, or did not listen in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.children[name].poll() is not None:
                raise ConfigurationFault(
                    f"{name} ended at once with exit code {self.children[name].returncode}.",
                    remedy="Its last lines say why.",
                )
            with socket.socket() as probe:
                probe.settimeout(LOOK_SECONDS)
                if probe.connect_ex((LOOPBACK, port)) == 0:
                    return
            time.sleep(LOOK_SECONDS)
        raise ConfigurationFault(
            f"{name} did not listen on {LOOPBACK}:{port} within {START_SECONDS:.0f} seconds.",
            remedy="Start it alone to see why.",
        )

    def ended(self) -> str | None:
        """Return the name of a child that ended by itself, or None while all go on."""
        for name, child in self.children.items():
            if child.poll() is not None:
                return name
        return None

    def watch(self) -> str:
        """Wait until a child ends by itself, and return its name."""
        while (name := self.ended()) is None:
            time.sleep(LOOK_SECONDS)
        return name

    def stop_one(self, name: str) -> int:
        """Ask one child to end, wait for it, and return its exit code."""
        child = self.children.pop(name)
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        _end_session(child)
        return child.wait()

    def stop(self) -> None:
        """Ask the children to end one after the other, newest first; end those that do not.

        What was started last leans on what was started before, so it must go first.
        """
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self.children.values()):
            if child.poll() is None:
                child.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(max(LOOK_SECONDS, deadline - time.monotonic()))
            _end_session(child)
            child.wait()


def _end_session(child: subprocess.Popen[bytes]) -> None:
    """End what is left of a child's session: the web server is two processes, of which one died."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def leave_as_by_interrupt() -> None:
    """Let every goodbye raise KeyboardInterrupt, so that all leave by the way of Ctrl-C."""
    for number in GOODBYES:
        signal.signal(number, signal.default_int_handler)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Hear no goodbye: a second Ctrl-C, pressed out of impatience, would leave the rest running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in GOODBYES}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def require_free(ports: Mapping[str, int]) -> None:
    """Make sure that nobody listens yet where we are going to.

    Args:
        ports: who is to listen, and on which port of the loopback.

    Raises:
        ConfigurationFault: a port is taken.
    """
    for name, port in ports.items():
        with socket.socket() as probe:
            # As servers do, so that connections of an earlier run that linger do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as cause:
                raise ConfigurationFault(
                    f"Port {port} is taken; {name} is to listen there.",
                    meaning="Nothing was started.",
                    remedy="End what runs there, often another make run, "
                    'or use other ports: make run ARGS="--add-to-ports 100".',
                ) from cause


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return different ports of the loopback that nobody listens on now.

    They lie below those that the system gives to outgoing connections, one of which could take
    such a port before its server does.
    """
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(OWN_PORTS)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex((LOOPBACK, port)) != 0:
                found.append(port)
    return found
