"""Sandbox, worker and web application on free ports, seeded like ``make run``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classbell.cli.commands.run import prepare, start_product, start_sandbox
from classbell.cli.demo.browser import Browser as PlainBrowser
from classbell.cli.demo.stage import Stage
from classbell.cli.processes import Processes, free_ports
from classbell.cli.showcase import Places, settings_of
from classbell.network.http import HttpDoor


@contextmanager
def running_showcase(folder: Path, *, with_seed: bool = True) -> Iterator[Stage]:
    """Start everything, and stop it at the end.

    Args:
        folder: where its database, its settings and its output go.
        with_seed: whether the showcase's organisations are there already.
    """
    places = Places(folder, *free_ports(4))
    environment = _outside_tests() | settings_of(places)
    with (folder / "processes.log").open("wb") as output:
        processes = Processes(environment, output)
        with processes, HttpDoor() as door:
            start_sandbox(processes, places)
            prepare(processes, with_seed=with_seed)
            start_product(processes, places)
            yield Stage(places, environment, processes, door, PlainBrowser(door))


def _outside_tests() -> dict[str, str]:
    """Return this process's environment as a user's would be: without the tests' own settings."""
    own = ("CLASSBELL_", "DJANGO_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}
