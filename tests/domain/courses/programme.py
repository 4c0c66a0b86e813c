"""Makes CSV files for tests, one row of words at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from classbell.delivery.pace import Pace
from classbell.domain.courses.importing.files import ImportFiles, SourceFile, read_files
from classbell.domain.courses.importing.plan import plan_import
from classbell.domain.courses.importing.planned import ImportPlan
from classbell.ports.bundle import Ports
from classbell.storage.models import Catalog

SESSION = {
    "course_code": "FIRE",
    "course_title": "Fire safety",
    "session_code": "FIRE-1",
    "session_title": "Morning",
    "start": "2026-12-01T09:00",
    "end": "2026-12-01T11:00",
    "time_zone": "Europe/Copenhagen",
    "seats": "20",
    "room": "harbour@contoso.example",
    "teams": "yes",
    "instructors": "zoe.dubois@contoso.example",
}
ENROLMENT = {
    "session_code": "FIRE-1",
    "address": "ana.sorensen@contoso.example",
    "name": "Ana Sørensen",
}


def a_row(**cells: str) -> dict[str, str]:
    """Return a row of courses.csv that is good but for the cells given."""
    return SESSION | cells


def an_enrolment_row(**cells: str) -> dict[str, str]:
    """Return a row of enrolments.csv that is good but for the cells given."""
    return ENROLMENT | cells


def as_csv(
    rows: Sequence[Mapping[str, str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    columns: Sequence[str] = (),
) -> bytes:
    """Write rows as a file."""
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def files_of(
    sessions: Sequence[Mapping[str, str]], enrolments: Sequence[Mapping[str, str]] = ()
) -> ImportFiles:
    """Read rows as ``courses.csv`` and ``enrolments.csv``."""
    return read_files(
        SourceFile("courses.csv", as_csv(sessions)) if sessions else None,
        SourceFile("enrolments.csv", as_csv(enrolments)) if enrolments else None,
    )


def plan_of(
    ports: Ports,
    catalog: Catalog,
    sessions: Sequence[Mapping[str, str]],
    enrolments: Sequence[Mapping[str, str]] = (),
) -> ImportPlan:
    """Plan importing rows at the usual pace."""
    return plan_import(ports, catalog=catalog, files=files_of(sessions, enrolments), pace=Pace())


def places(files: ImportFiles) -> set[tuple[int, str]]:
    """Return line and column of every problem."""
    return {(problem.line, problem.column) for problem in files.problems}
