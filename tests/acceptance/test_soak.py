"""The soak of `make torture`, for a few seconds: after random trouble everything adds up."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT
from tests.postgresql import URL_VARIABLE


@pytest.mark.slow
@pytest.mark.store
def test_the_product_survives_a_short_soak(store: str) -> None:
    own = ("CLASSBELL_", "DJANGO_", "PYTEST_")
    words = ["--minutes", "0.1", "--seed", "2026112601", "--store", store]
    told = subprocess.run(
        [sys.executable, "-m", "tests.torture.soak", *words],
        cwd=ROOT,
        env={n: v for n, v in os.environ.items() if n == URL_VARIABLE or not n.startswith(own)},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "it held" in told.stdout
