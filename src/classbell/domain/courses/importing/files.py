"""The files of an import, read and judged as far as they can be by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from classbell.domain.courses.importing.course_rows import CourseFile, read_course_rows
from classbell.domain.courses.importing.enrolment_rows import EnrolmentFile, read_enrolment_rows
from classbell.domain.courses.importing.row_problems import RowProblem


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was handed over; ``name`` is used in problems."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """Both files, read. Either may have been left out."""

    courses: CourseFile | None
    enrolments: EnrolmentFile | None

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """Everything wrong with the files themselves, in their order."""
        tables = [file.table for file in (self.courses, self.enrolments) if file is not None]
        return tuple(
            problem
            for table in tables
            for problem in sorted(table.problems, key=lambda found: found.line)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files."""
        return tuple(file.table.name for file in (self.courses, self.enrolments) if file)


def read_files(courses: SourceFile | None, enrolments: SourceFile | None = None) -> ImportFiles:
    """Read the files of an import.

    Nothing in a file makes this fail: every fault is a problem with file, line and column.

    Args:
        courses: one session a row, its course's columns repeated; see ``COURSE_COLUMNS``.
        enrolments: one learner in one session a row; see ``ENROLMENT_COLUMNS``.
    """
    return ImportFiles(
        read_course_rows(courses.name, courses.content) if courses else None,
        read_enrolment_rows(enrolments.name, enrolments.content) if enrolments else None,
    )
