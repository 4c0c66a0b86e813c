"""The examples are what their script makes, and as rich as an import must bear."""

import csv
import shutil
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.architecture.sources import ROOT

EXAMPLES = ROOT / "examples"


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sessions() -> list[dict[str, str]]:
    return rows(EXAMPLES / "courses.csv")


@pytest.fixture(scope="module")
def enrolments() -> list[dict[str, str]]:
    return rows(EXAMPLES / "enrolments.csv")


def test_examples_are_what_the_script_makes(tmp_path: Path) -> None:
    for needed in ("scripts", "src/m365sandbox"):
        shutil.copytree(ROOT / needed, tmp_path / needed)
    subprocess.run([sys.executable, "scripts/make_examples.py"], cwd=tmp_path, check=True)
    made = {
        path.relative_to(tmp_path): path.read_bytes()
        for path in (tmp_path / "examples").rglob("*.csv")
    }
    kept = {path.relative_to(ROOT): path.read_bytes() for path in EXAMPLES.rglob("*.csv")}
    assert kept.keys() == made.keys()
    assert [path for path in kept if kept[path] != made[path]] == []


def test_programme_is_as_large_as_a_real_one(
    sessions: list[dict[str, str]], enrolments: list[dict[str, str]]
) -> None:
    assert len({row["course_code"] for row in sessions}) >= 12
    assert len(sessions) >= 40
    assert len({row["room"] for row in sessions if row["room"]}) == 6
    assert len({row["time_zone"] for row in sessions}) >= 4
    assert len(enrolments) >= 300
    assert any(not row["name"].isascii() for row in enrolments)


def test_programme_crosses_both_changes_of_the_clocks(sessions: list[dict[str, str]]) -> None:
    crossing = set()
    for row in sessions:
        zone = ZoneInfo(row["time_zone"])
        start, end = (
            datetime.fromisoformat(row[which]).replace(tzinfo=zone) for which in ("start", "end")
        )
        if start.utcoffset() != end.utcoffset():
            crossing.add(row["time_zone"])
    assert crossing == {"America/New_York", "Europe/Copenhagen"}


def test_seats_are_respected(
    sessions: list[dict[str, str]], enrolments: list[dict[str, str]]
) -> None:
    taken = Counter(row["session_code"] for row in enrolments)
    assert set(taken) <= {row["session_code"] for row in sessions}
    assert [
        row["session_code"] for row in sessions if taken[row["session_code"]] > int(row["seats"])
    ] == []


def test_learners_live_in_the_sandbox(enrolments: list[dict[str, str]]) -> None:
    people = rows(ROOT / "src" / "m365sandbox" / "people.csv")
    addresses = {f"{row['local_part']}@contoso.example" for row in people}
    assert {row["address"] for row in enrolments} <= addresses
