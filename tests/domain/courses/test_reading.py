"""Reading CSV files: whatever stands in them becomes rows or problems with line and column."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classbell.domain.courses.importing.course_rows import COURSE_COLUMNS
from classbell.domain.courses.importing.enrolment_rows import ENROLMENT_COLUMNS
from classbell.domain.courses.importing.files import ImportFiles, SourceFile, read_files
from tests.domain.courses.programme import (
    a_row,
    an_enrolment_row,
    as_csv,
    files_of,
    places,
)

ANYTHING = st.text() | st.sampled_from(
    [
        "=1+1",
        "2026-12-01T09:00",
        "2027-03-28T02:30",
        "Europe/Copenhagen",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "yes",
        "ana@contoso.example",
        "1" * 400,
        '"',
        "\r",
        "\x00",
    ]
)


def read(content: bytes) -> ImportFiles:
    return read_files(SourceFile("courses.csv", content))


def read_enrolments(content: bytes) -> ImportFiles:
    return read_files(None, SourceFile("enrolments.csv", content))


@given(st.binary())
@example(b"\xff\xfe")
@example(b'"')
@example(b"\xef\xbb\xbf")
def test_any_bytes_become_rows_or_problems(content: bytes) -> None:
    for files in (read(content), read_enrolments(content)):
        assert files.problems, "no random bytes are a programme"
        assert all(str(problem).isprintable() for problem in files.problems)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COURSE_COLUMNS, ANYTHING)), max_size=4))
def test_any_cells_of_courses_become_rows_or_problems(rows: list[dict[str, str]]) -> None:
    content = as_csv(rows, columns=list(COURSE_COLUMNS), encoding="utf-8")
    files = read(content)
    assert files.courses is not None
    assert all(row.line >= 2 for row in files.courses.rows)
    assert {problem.column for problem in files.problems} <= {"", *COURSE_COLUMNS}


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ENROLMENT_COLUMNS, ANYTHING)), max_size=4))
def test_any_cells_of_enrolments_become_rows_or_problems(rows: list[dict[str, str]]) -> None:
    files = read_enrolments(as_csv(rows, columns=list(ENROLMENT_COLUMNS)))
    assert files.enrolments is not None
    assert {problem.column for problem in files.problems} <= {"", *ENROLMENT_COLUMNS}


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_commas_and_semicolons_with_and_without_mark_are_read(
    delimiter: str, encoding: str
) -> None:
    row = a_row(session_title="Früh; am, Morgen", description="Erste Zeile\nZweite «Zeile»")
    files = read(as_csv([row], delimiter=delimiter, encoding=encoding))
    assert files.problems == ()
    assert files.courses is not None
    values = files.courses.rows[0].values
    assert values.title == "Früh; am, Morgen"
    assert values.description == "Erste Zeile\nZweite «Zeile»"


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    rows = [
        a_row(session_code="A", description="two\nlines"),
        a_row(session_code="B", time_zone="Nowhere"),
        a_row(session_code="C", seats="many"),
    ]
    assert places(files_of(rows)) == {(4, "time_zone"), (5, "seats")}


def test_another_encoding_is_named_with_cell_and_what_was_meant() -> None:
    rows = [a_row(session_code="A"), a_row(session_code="B", session_title="Führung")]
    (problem,) = read(as_csv(rows, encoding="cp1252")).problems
    assert (problem.line, problem.column) == (3, "session_title")
    assert "Führung" in problem.what
    assert "UTF-8" in problem.what


def test_utf_16_is_named_as_such() -> None:
    (problem,) = read(as_csv([a_row()], encoding="utf-16")).problems
    assert "UTF-16" in problem.what
    assert "CSV UTF-8" in problem.expected


def test_blank_rows_and_trailing_delimiters_are_passed_over() -> None:
    content = as_csv([a_row()]).replace(b"\r\n", b",,\r\n") + b",,,,,,,,,,,,\r\n\r\n"
    files = read(content)
    assert files.problems == ()
    assert files.courses is not None
    assert len(files.courses.rows) == 1


def test_a_misspelt_column_is_named_with_the_right_one() -> None:
    problems = read(as_csv([a_row()]).replace(b"time_zone", b"timezone")).problems
    assert [problem.column for problem in problems] == ["timezone", "time_zone"]
    assert problems[0].expected == "time_zone"
    assert "missing" in problems[1].what


def test_a_row_with_too_many_cells_is_one_problem_and_no_guesses() -> None:
    content = as_csv([a_row(course_title="x")]).replace(b"FIRE,x", b"FIRE,Fire, safety")
    (problem,) = read(content).problems
    assert (problem.line, problem.column) == (2, "")
    assert "quotes" in problem.expected


def test_an_unclosed_quote_is_named_with_the_line_it_begins_on() -> None:
    content = as_csv([a_row(session_code="A")]) + b'FIRE,"Fire safety\r\nFIRE,x\r\n'
    (problem,) = read(content).problems
    assert problem.line == 3


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\uff1d", " ="])
def test_a_formula_is_refused_in_any_cell(sign: str) -> None:
    files = files_of([a_row(session_title=f"{sign}1+1")], [an_enrolment_row(name=f"{sign}cmd")])
    assert [(p.file, p.column) for p in files.problems] == [
        ("courses.csv", "session_title"),
        ("enrolments.csv", "name"),
    ]
    assert "formula" in files.problems[0].what


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"course_code": ""}, "course_code"),
        ({"session_code": "X" * 61}, "session_code"),
        ({"start": "01.12.2026 09:00"}, "start"),
        ({"start": "2026-12-01"}, "start"),
        ({"start": "2026-13-01T09:00"}, "start"),
        ({"start": "2026-12-01T09:00+01:00"}, "start"),
        ({"start": "2026-12-01T09:00Z"}, "start"),
        ({"start": "2027-03-28T02:30", "end": "2027-03-28T05:00"}, "start"),
        ({"end": "2026-12-01T09:00"}, "end"),
        ({"end": "2026-11-30T11:00"}, "end"),
        ({"time_zone": "Europe/Kopenhagen"}, "time_zone"),
        ({"seats": "0"}, "seats"),
        ({"seats": "1.5"}, "seats"),
        ({"seats": "٣"}, "seats"),
        ({"seats": "9" * 30}, "seats"),
        ({"enrolment_deadline": "2026-12-02T00:00"}, "enrolment_deadline"),
        ({"room": "Harbour"}, "room"),
        ({"teams": "perhaps"}, "teams"),
        ({"instructors": "zoe.dubois@contoso.example;Rafael"}, "instructors"),
        ({"place": "x" * 201}, "place"),
        ({"description": "bell \x07"}, "description"),
    ],
)
def test_a_bad_cell_of_a_course_is_named(cells: dict[str, str], column: str) -> None:
    files = files_of([a_row(**cells)])
    assert places(files) == {(2, column)}
    assert files.problems[0].expected
    assert files.courses is not None
    assert not files.courses.rows


def test_a_deadline_that_is_good_is_kept_in_utc() -> None:
    files = files_of([a_row(enrolment_deadline="2026-11-30T12:00")])
    assert files.courses is not None
    deadline = files.courses.rows[0].values.enrolment_deadline
    assert deadline is not None
    assert deadline.isoformat() == "2026-11-30T11:00:00+00:00"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"address": "ana"}, "address"),
        ({"address": ""}, "address"),
        ({"name": " "}, "name"),
        ({"session_code": ""}, "session_code"),
        ({"object_id": "123"}, "object_id"),
    ],
)
def test_a_bad_cell_of_an_enrolment_is_named(cells: dict[str, str], column: str) -> None:
    assert places(files_of([], [an_enrolment_row(**cells)])) == {(2, column)}


def test_all_problems_are_told_not_only_the_first() -> None:
    rows = [a_row(session_code="A", seats="x", teams="y"), a_row(session_code="B", room="z")]
    assert places(files_of(rows)) == {(2, "seats"), (2, "teams"), (3, "room")}


def test_duplicates_and_contradictions_name_the_first_line() -> None:
    one, other = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302"
    files = files_of(
        [a_row(), a_row(), a_row(session_code="B", course_title="Fire")],
        [
            an_enrolment_row(object_id=one),
            an_enrolment_row(address="ANA.SORENSEN@contoso.example"),
            an_enrolment_row(session_code="B", object_id=other),
            an_enrolment_row(address="bo@contoso.example", object_id=one),
        ],
    )
    told = [(p.file, p.line, p.column) for p in files.problems]
    assert told == [
        ("courses.csv", 3, "session_code"),
        ("courses.csv", 4, "course_title"),
        ("enrolments.csv", 3, "address"),
        ("enrolments.csv", 4, "object_id"),
        ("enrolments.csv", 5, "object_id"),
    ]
    assert all("line 2" in problem.what for problem in files.problems)


def test_course_columns_may_be_left_empty_in_later_rows_but_not_the_title() -> None:
    files = files_of(
        [a_row(course_description="All about fire."), a_row(session_code="B")],
    )
    assert files.problems == ()
    assert files.courses is not None
    assert {row.course_description for row in files.courses.rows} == {"All about fire."}


def test_a_header_alone_is_no_problem() -> None:
    text = io.StringIO()
    csv.writer(text).writerow(COURSE_COLUMNS)
    assert read(text.getvalue().encode()).problems == ()


def test_an_overlap_is_noted_and_not_refused() -> None:
    files = files_of([a_row(start="2026-10-25T02:30", end="2026-10-25T04:00")])
    assert files.problems == ()
    assert files.courses is not None
    assert "twice" in files.courses.rows[0].notes[0]
