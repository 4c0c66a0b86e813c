"""A group of child processes that start in order and end together."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Self

from classbell.ports.errors import ConfigurationFault

STOP_SECONDS = 15.0
START_SECONDS = 30.0
LOOK_SECONDS = 0.1


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

    def wait_for_port(self, name: str, host: str, port: int) -> None:
        """Wait until a child accepts connections.

        Raises:
            ConfigurationFault: it ended first, or did not listen in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.children[name].poll() is not None:
                raise ConfigurationFault(
                    f"{name} ended at once with exit code {self.children[name].returncode}.",
                    remedy="Its last lines say why; a port in use is the usual cause.",
                )
            with socket.socket() as probe:
                probe.settimeout(LOOK_SECONDS)
                if probe.connect_ex((host, port)) == 0:
                    return
            time.sleep(LOOK_SECONDS)
        raise ConfigurationFault(
            f"{name} did not listen on {host}:{port} within {START_SECONDS:.0f} seconds.",
            remedy="Start it alone to see why.",
        )

    def watch(self, stopped: threading.Event) -> str | None:
        """Wait until somebody wants to stop, or a child ends.

        Returns:
            The name of the child that ended by itself, or None.
        """
        while not stopped.wait(LOOK_SECONDS):
            for name, child in self.children.items():
                if child.poll() is not None:
                    return name
        return None

    def stop(self) -> None:
        """Ask the children to end one after the other, newest first; end those that do not.

        What was started last leans on what was started before, so it must go first.
        """
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self.children.values()):
            if child.poll() is not None:
                continue
            child.terminate()
            try:
                child.wait(max(LOOK_SECONDS, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
