"""``classbell import`` as an operator uses it: what it says, and what it leaves undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from classbell import bootstrap
from classbell.cli.exit_codes import NOT_FOUND
from classbell.cli.main import main
from classbell.storage.models import Course, CourseSession, Enrolment, Notification
from tests.domain.courses.programme import a_row, an_enrolment_row, as_csv
from tests.domain.courses.stage import Stage

pytestmark = pytest.mark.django_db
PROBLEMS, REFUSED = 1, 2
ZONE = {"session_code": "FIRE-2", "time_zone": "Europe/Aarhus"}


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    """Give fakes and a connected catalog, and let the command use them."""
    made = Stage()
    with bootstrap.use(made.ports):
        yield made


def words(
    folder: Path,
    sessions: Sequence[Mapping[str, str]],
    enrolments: Sequence[Mapping[str, str]] = (),
) -> list[str]:
    """Write the files and return the words of the command line that names them."""
    files = {"courses.csv": sessions, "enrolments.csv": enrolments}
    for name, rows in files.items():
        (folder / name).write_bytes(as_csv(rows) if rows else b"")
    given = [str(folder / name) for name, rows in files.items() if rows]
    return ["import", "--catalog", "academy", *given]


def test_it_says_what_it_causes_and_until_when(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learners = [an_enrolment_row(address=f"l{n}@contoso.example") for n in range(1, 41)]
    over = a_row(session_code="OLD", start="2026-11-01T09:00", end="2026-11-01T10:00", room="")
    late = an_enrolment_row(session_code="OLD")
    assert main(words(tmp_path, [a_row(seats=""), over], [*learners, late])) == 0

    said = capsys.readouterr().out
    assert "sessions    2 new" in said
    assert "of these, 1 in sessions that are over: no message" in said
    assert (
        "41 messages from learning@contoso.example and 41 calendar invitations, "
        "the last about 2026-11-23 08:01 UTC"
    ) in said
    assert Enrolment.objects.count() == 41


def test_a_second_import_changes_nothing_and_says_so(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = words(tmp_path, [a_row()], [an_enrolment_row()])
    assert main(line) == 0
    before = Notification.objects.count()
    assert main(line) == 0
    assert "Nothing had to be changed." in capsys.readouterr().out
    assert Notification.objects.count() == before


def test_one_bad_row_stops_everything_and_has_its_place(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(tmp_path, [a_row(), a_row(**ZONE)], [an_enrolment_row()])) == PROBLEMS

    told = capsys.readouterr().err
    assert "courses.csv, line 3, column time_zone: «Europe/Aarhus» is not the name" in told
    assert "Expected: an IANA time zone such as Europe/Copenhagen." in told
    assert "1 problem; nothing was imported." in told
    assert not Course.objects.exists()
    assert not Enrolment.objects.exists()


def test_partial_imports_the_good_rows_and_names_the_others(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolments = [an_enrolment_row(), an_enrolment_row(session_code="FIRE-2")]
    assert main([*words(tmp_path, [a_row(), a_row(**ZONE)], enrolments), "--partial"]) == 0

    said = capsys.readouterr().out
    assert "left out    courses.csv, line 3, column time_zone" in said
    assert "left out    enrolments.csv, line 3, column session_code" in said
    assert [session.code for session in CourseSession.objects.all()] == ["FIRE-1"]
    assert Enrolment.objects.count() == 1


def test_a_plan_changes_nothing(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words(tmp_path, [a_row()], [an_enrolment_row()]), "--plan"]) == 0
    assert "2 messages from learning@contoso.example" in capsys.readouterr().out
    assert not Course.objects.exists()


def test_what_many_rows_have_in_common_is_said_once(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learners = [an_enrolment_row(address=f"l{n}@contoso.example") for n in range(3)]
    closed = a_row(enrolment_deadline="2026-11-20T09:00")
    assert main(words(tmp_path, [closed], learners)) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if "look at" in line]
    assert "enrolments.csv, line 2" in line
    assert line.endswith("(and 2 more lines)")


def test_a_file_or_a_catalog_that_is_not_there_is_refused(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "--catalog", "academy", str(tmp_path / "none.csv")]) == REFUSED
    assert "cannot be read" in capsys.readouterr().err
    line = words(tmp_path, [a_row()])
    line[2] = "nowhere"
    assert main(line) == NOT_FOUND
    assert "There is no catalog «nowhere»." in capsys.readouterr().err
