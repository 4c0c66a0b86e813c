"""The image of deploy/Containerfile, built by hand once, and the product running from it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from container_steps import build

from classbell.cli.processes import Processes, free_ports
from classbell.cli.showcase import Places

USUAL_PORT = 8000


@dataclass(frozen=True, slots=True)
class Installed:
    """Classbell as the wheel installs it, outside this tree.

    Attributes:
        image: the folder of its virtual environment.
        folder: an empty one to work in.
        environment: that of a machine which knows nothing of this tree.
    """

    image: Path
    folder: Path
    environment: dict[str, str]

    @property
    def program(self) -> list[str]:
        return [str(self.image / "bin" / "python"), "-m", "classbell.cli.main"]

    def tell(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command and return what it said."""
        return subprocess.run(
            [*self.program, *words],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def installed() -> Iterator[Installed]:
    """Carry out the Containerfile's steps in a folder that is left again."""
    own = ("CLASSBELL_", "DJANGO_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    with tempfile.TemporaryDirectory(prefix="classbell-image-") as made:
        stage = build(Path(made))
        folder = Path(made) / "elsewhere"
        folder.mkdir()
        yield Installed(stage.path("/classbell"), folder, environment)


@pytest.fixture(scope="session")
def running(installed: Installed) -> Iterator[Places]:
    """Start ``classbell run --with-sandbox`` there, and stop it afterwards."""
    moved = free_ports(1)[0] - USUAL_PORT
    places = Places(installed.folder / "var").with_ports_moved(moved)
    words = ["run", "--with-sandbox", "--folder", str(places.folder)]
    with (
        (installed.folder / "run.log").open("wb") as log,
        Processes(installed.environment, log) as processes,
    ):
        processes.start("run", [*installed.program, *words, "--add-to-ports", str(moved)])
        processes.wait_for_port("run", places.web_port)
        yield places
