"""Runs the programs of `make torture` and `make load`, small, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.architecture.sources import ROOT
from tests.postgresql import URL_VARIABLE

OWN = ("CLASSBELL_", "DJANGO_", "PYTEST_")
"""Settings of the tests' own process, which the programs are not to have."""


def run_to_the_end(program: str, *words: str) -> str:
    """Run a program of `tests.torture` and return what it prints.

    Args:
        program: name of the module.
        words: what follows it on the command line.

    Raises:
        AssertionError: it ends otherwise than well.
        subprocess.TimeoutExpired: it takes longer than a test may.
    """
    told = subprocess.run(
        [sys.executable, "-m", f"tests.torture.{program}", *words],
        cwd=ROOT,
        env={n: v for n, v in os.environ.items() if n == URL_VARIABLE or not n.startswith(OWN)},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout
