"""The soak of `make torture`, for a few seconds: after random trouble everything adds up."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT


@pytest.mark.slow
def test_the_product_survives_a_short_soak() -> None:
    own = ("CLASSBELL_", "DJANGO_", "PYTEST_")
    told = subprocess.run(
        [sys.executable, "-m", "tests.torture.soak", "--minutes", "0.1", "--seed", "2026112601"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(own)},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "it held" in told.stdout
