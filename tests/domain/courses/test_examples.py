"""The examples: the programme comes in whole, and every broken file is named where it is broken."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from classbell.cli.showcase import BEGIN
from classbell.delivery.lanes import mailbox_lane
from classbell.delivery.pace import Pace
from classbell.domain.courses.importing.apply import apply_import
from classbell.domain.courses.importing.files import SourceFile, read_files
from classbell.domain.courses.importing.plan import plan_import
from classbell.domain.scheduling.room_listing import refresh_rooms
from classbell.storage.models import CourseSession, Enrolment
from tests.domain.courses.stage import Stage

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).parents[3] / "examples"
BROKEN = sorted((EXAMPLES / "broken").glob("*.csv"))


def source(path: Path) -> SourceFile:
    return SourceFile(path.name, path.read_bytes())


def test_the_example_programme_comes_in_and_tells_how_far_it_is(stage: Stage) -> None:
    files = read_files(
        *(
            SourceFile(name, (EXAMPLES / name).read_bytes())
            for name in ("courses.csv", "enrolments.csv")
        )
    )
    plan = plan_import(stage.ports, catalog=stage.cast.catalog, files=files, pace=Pace())
    assert plan.problems == ()
    said: list[tuple[str, int, int]] = []
    result = apply_import(
        stage.ports,
        catalog=stage.cast.catalog,
        plan=plan,
        actor=stage.owner,
        progress=lambda what, done, total: said.append((what, done, total)),
    )
    assert CourseSession.objects.count() >= 40
    assert Enrolment.objects.count() >= 300
    assert result.told == plan.forecast.messages
    assert {what for what, _, _ in said} == {"people", "sessions", "enrolments"}
    assert all(0 < done <= total for _, done, total in said)


def test_the_showcase_begins_before_the_programme_does() -> None:
    begin = datetime.fromisoformat(BEGIN)
    with (EXAMPLES / "courses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    starts = sorted(
        datetime.fromisoformat(row["start"]).replace(tzinfo=ZoneInfo(row["time_zone"]))
        for row in rows
    )
    to_come = [start for start in starts if start > begin]
    assert len(to_come) >= 40
    assert len(to_come) < len(starts), "some are over, about which nothing is sent"
    assert to_come[0] - begin < timedelta(days=8)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_where_it_is_broken(stage: Stage, path: Path) -> None:
    refresh_rooms(stage.ports, mailbox_lane(stage.account), str(stage.account.organisation_id))
    about_people = path.name.startswith("enrolments")
    courses = EXAMPLES / "courses.csv" if about_people else path
    files = read_files(source(courses), source(path) if about_people else None)
    plan = plan_import(stage.ports, catalog=stage.cast.catalog, files=files, pace=Pace())
    assert {problem.file for problem in plan.problems} == {path.name}
    assert all(problem.line and problem.what and problem.expected for problem in plan.problems)
