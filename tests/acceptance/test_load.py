"""The run of `make load`, small: a few admins work while a send goes out, and nothing is lost."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.torture import run_to_the_end


@pytest.mark.slow
@pytest.mark.store
def test_admins_work_while_a_send_goes_out(store: str) -> None:
    words = ["--admins", "10", "--letters", "200", "--quiet", "5", "--think", "0.5"]
    told = run_to_the_end("load", *words, "--seed", "11", "--store", store)
    found = re.search(r"it held: .*changes kept (\d+); strangers refused (\d+)", told)
    assert found is not None, told
    assert int(found[1]) > 0
    assert int(found[2]) > 0
