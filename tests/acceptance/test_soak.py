"""The soak of `make torture`, for a few seconds: after random trouble everything adds up."""

from __future__ import annotations

import pytest

from tests.acceptance.torture import run_to_the_end


@pytest.mark.slow
@pytest.mark.store
def test_the_product_survives_a_short_soak(store: str) -> None:
    words = ["--minutes", "0.1", "--seed", "2026112601", "--store", store]
    assert "it held" in run_to_the_end("soak", *words)
