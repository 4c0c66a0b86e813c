"""Tests that share something dear share a process of pytest-xdist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.groups import GROUPS, group_of

CONFTEST = "from tests.conftest import pytest_xdist_make_scheduler\n"
TEST = """
import os
import pytest

@pytest.mark.parametrize("number", range(8))
def test_one(number):
    with open({told!r}, "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_every_group_is_of_something_that_is_there() -> None:
    assert [path for path in GROUPS if not (ROOT / path).exists()] == []


def test_the_walks_of_the_article_are_a_group_of_their_own() -> None:
    assert group_of("tests/browser/article/test_panel.py::test_one") == "article"
    assert group_of("tests/browser/test_story.py::test_one") == "browser"
    assert group_of("tests/unit/web/test_x.py::test_one[a@b]").startswith("tests/unit/")


def test_a_group_runs_in_one_process_and_others_in_both(tmp_path: Path) -> None:
    workers = {
        folder: workers_of(tmp_path / name, folder)
        for name, folder in (("kept", "tests/browser"), ("spread", "tests/unit"))
    }
    assert {folder: len(found) for folder, found in workers.items()} == {
        "tests/browser": 1,
        "tests/unit": 2,
    }


def workers_of(root: Path, folder: str) -> set[str]:
    """Run eight tests in two processes, and return the names of those that ran any."""
    told = root / "told"
    (root / folder).mkdir(parents=True)
    (root / "conftest.py").write_text(CONFTEST)
    (root / folder / "test_made.py").write_text(TEST.format(told=str(told)))
    words = ["-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider"]
    words += ["-c", "/dev/null", "--rootdir", str(root), "-n", "2", "--dist", "loadgroup"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *words, str(root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return set(told.read_text().split())
