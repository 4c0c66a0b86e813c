"""The benches run: in their short form, whose figures say nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

SHORT_RESULTS = ROOT / "build" / "bench" / "short"


@pytest.mark.parametrize("part", ["shared", "render", "acs", "calendar", "audit", "search"])
def test_a_bench_runs_and_writes_down_what_it_found(part: str) -> None:
    result = SHORT_RESULTS / f"{part}.sqlite.json"
    result.unlink(missing_ok=True)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CLASSBELL_")}
    told = subprocess.run(
        [sys.executable, "-m", "bench.run", "--short", "--store", "sqlite", part],
        cwd=ROOT,
        env={name: value for name, value in ours.items() if name != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    found = json.loads(result.read_text(encoding="utf-8"))
    assert found["rows"]
    assert all(row["measured"] and row["what"] in told.stdout for row in found["rows"])
