"""What an import would do: the plan that is shown, and then carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from classbell.domain.courses.importing.course_rows import SessionRow
from classbell.domain.courses.importing.enrolment_rows import EnrolmentRow
from classbell.domain.courses.importing.forecast import Forecast
from classbell.domain.courses.importing.row_problems import RowProblem
from classbell.storage.models import Catalog


class Change(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT_ALONE = "left alone"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows would become what."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_alone: int = 0

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Counts:
        """Count changes."""
        found = Counter(changes)
        return cls(
            found[Change.NEW],
            found[Change.CHANGED],
            found[Change.UNCHANGED],
            found[Change.LEFT_ALONE],
        )


@dataclass(frozen=True, slots=True)
class PlannedCourse:
    """A course and what would become of it."""

    code: str
    title: str
    description: str
    change: Change


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session and what would become of it."""

    row: SessionRow
    change: Change


@dataclass(frozen=True, slots=True)
class PlannedEnrolment:
    """An enrolment and what would become of it.

    Attributes:
        row: as it stands in the file.
        change: new or unchanged.
        silent: whether nobody is told, because the session is over.
        person: what would become of the person's own row.
    """

    row: EnrolmentRow
    change: Change
    silent: bool
    person: Change


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything an import would do, and everything that speaks against it.

    Attributes:
        catalog: where it goes.
        files: the files' names.
        courses, sessions, enrolments: the good rows.
        problems: what is wrong; with any, only a partial import is possible.
        dependents: good rows that a partial import leaves out because of a bad one, and why.
        warnings: what will go through, but somebody should look at.
        forecast: the mail it causes.
    """

    catalog: Catalog
    files: tuple[str, ...]
    courses: tuple[PlannedCourse, ...]
    sessions: tuple[PlannedSession, ...]
    enrolments: tuple[PlannedEnrolment, ...]
    problems: tuple[RowProblem, ...]
    dependents: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    forecast: Forecast

    @property
    def course_counts(self) -> Counts:
        """How many courses would become what."""
        return Counts.of(course.change for course in self.courses)

    @property
    def session_counts(self) -> Counts:
        """How many sessions would become what."""
        return Counts.of(session.change for session in self.sessions)

    @property
    def enrolment_counts(self) -> Counts:
        """How many enrolments would become what."""
        return Counts.of(enrolment.change for enrolment in self.enrolments)

    @property
    def people_counts(self) -> Counts:
        """How many learners would become what."""
        changes = {enrolment.row.key: enrolment.person for enrolment in self.enrolments}
        return Counts.of(changes.values())

    @property
    def silent_enrolments(self) -> int:
        """How many new enrolments nobody is told about, because the session is over."""
        return sum(
            enrolment.silent and enrolment.change is Change.NEW for enrolment in self.enrolments
        )

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is as the files say already."""
        counted = (self.course_counts, self.session_counts, self.enrolment_counts)
        return not any(counts.new or counts.changed for counts in (*counted, self.people_counts))
