"""The run of `make load`, small: a few admins work while a send goes out, and nothing is lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT
from tests.postgresql import URL_VARIABLE


@pytest.mark.slow
@pytest.mark.store
def test_admins_work_while_a_send_goes_out(store: str) -> None:
    own = ("DJANGO_", "PYTEST_", "CLASSBELL_")
    words = ["--admins", "10", "--letters", "200", "--quiet", "5", "--think", "0.5"]
    told = subprocess.run(
        [sys.executable, "-m", "tests.torture.load", *words, "--seed", "11", "--store", store],
        cwd=ROOT,
        env={n: v for n, v in os.environ.items() if n == URL_VARIABLE or not n.startswith(own)},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    found = re.search(r"it held: .*changes kept (\d+); strangers refused (\d+)", told.stdout)
    assert found is not None, told.stdout
    assert int(found[1]) > 0
    assert int(found[2]) > 0
