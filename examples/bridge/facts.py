"""What a platform has said last about each thing, in a small SQLite file.

Events come twice, late and in any order. What counts is therefore when they happened, and not when
they come: of each thing the newest word is kept, and Classbell is made to agree with it. Of two
words of the same moment the one that comes later counts; Moodle tells whole seconds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TABLE = """
CREATE TABLE IF NOT EXISTS fact (
    kind TEXT, key TEXT, course TEXT, at REAL, said TEXT, PRIMARY KEY (kind, key)
)
"""
KEEP = """
INSERT INTO fact VALUES (?, ?, ?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET course = excluded.course, at = excluded.at,
said = excluded.said WHERE excluded.at >= fact.at
"""


@dataclass(frozen=True, slots=True)
class CourseFact:
    """What a course is called; ``code`` is the platform's word for it."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class SessionFact:
    """When a course meets, in wall times of the zone; ``gone`` is one that was deleted."""

    code: str
    course: str
    title: str = ""
    starts: str = ""
    ends: str = ""
    time_zone: str = "UTC"
    gone: bool = False


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """Whether somebody shall be in a course, or in one session of it where that is named."""

    course: str
    address: str
    wanted: bool
    name: str = ""
    session: str = ""


Fact = CourseFact | SessionFact | PlaceFact


class Facts:
    """The newest word about everything.

    Args:
        path: of the SQLite file; ``:memory:`` keeps nothing.
    """

    def __init__(self, path: Path | str) -> None:
        self._rows = sqlite3.connect(path)
        self._rows.execute(TABLE)

    def keep(self, at: float, facts: list[Fact]) -> None:
        """Keep what was said, unless something newer is known already.

        Args:
            at: when it happened, seconds since 1970, as the platform says.
            facts: what was said.
        """
        with self._rows:
            for fact in facts:
                kind, key, course = _place_of(fact)
                said = json.dumps(asdict(fact))
                self._rows.execute(KEEP, (kind, key, course, at, said))

    def courses(self) -> list[str]:
        """Return the codes of all courses that anything was said about."""
        rows = self._rows.execute("SELECT DISTINCT course FROM fact ORDER BY course")
        return [str(code) for (code,) in rows]

    def title(self, course: str) -> str | None:
        """Return what a course is called, or None where nobody has said."""
        for said in self._said("course", course):
            return str(said["title"])
        return None

    def sessions(self, course: str) -> list[SessionFact]:
        """Return the sessions of a course."""
        return [SessionFact(**said) for said in self._said("session", course)]

    def places(self, course: str) -> list[PlaceFact]:
        """Return who shall be in a course or in one of its sessions, and who no more."""
        return [PlaceFact(**said) for said in self._said("place", course)]

    def _said(self, kind: str, course: str) -> Iterator[dict[str, Any]]:
        rows = self._rows.execute(
            "SELECT said FROM fact WHERE kind = ? AND course = ? ORDER BY key", (kind, course)
        )
        for (said,) in rows.fetchall():
            yield json.loads(said)


def _place_of(fact: Fact) -> tuple[str, str, str]:
    """Return kind, key and course of a fact."""
    if isinstance(fact, CourseFact):
        return "course", fact.code, fact.code
    if isinstance(fact, SessionFact):
        return "session", fact.code, fact.course
    return "place", f"{fact.course}|{fact.session}|{fact.address.casefold()}", fact.course
