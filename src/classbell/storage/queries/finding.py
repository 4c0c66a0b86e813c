"""Finding people and sessions of a catalog by what somebody types: beginnings of words.

People whose names few have are looked up; others are read in the order of their names, along an
index, until a page is full. Neither depends on how many messages were ever written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

import classbell.storage.typed  # noqa: F401 -- teaches the columns «typed»
from classbell.storage.models import CourseSession, Enrolment, Message, Person, SessionInstructor
from classbell.storage.queries.people_holding import narrowed
from classbell.storage.scope import Scope

MOST = 10
MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class FoundThings:
    """What a search has found.

    Attributes:
        people: by name.
        sessions: with their course, the latest first.
        more_people, more_sessions: whether there are more than these.
    """

    people: Sequence[Person]
    sessions: Sequence[CourseSession]
    more_people: bool
    more_sessions: bool


def find(scope: Scope, text: str, *, most: int = MOST) -> FoundThings:
    """Find the people and sessions of one catalog in whose names all typed words begin a word.

    Args:
        scope: narrowed to the catalog.
        text: as typed.
        most: of each kind.
    """
    words = text.split()[:MOST_WORDS]
    people = list(_people(scope, words)[: most + 1])
    sessions = list(_sessions(scope, words)[: most + 1])
    return FoundThings(people[:most], sessions[:most], len(people) > most, len(sessions) > most)


def people_of(scope: Scope) -> QuerySet[Person]:
    """Return the people who have to do with a catalog: enrolled, teaching, or written to."""
    enrolled = Exists(scope.of(Enrolment).filter(person=OuterRef("pk")))
    teaching = Exists(scope.of(SessionInstructor).filter(person=OuterRef("pk")))
    written_to = Exists(scope.of(Message).filter(person=OuterRef("pk")))
    return scope.of(Person).filter(Q(enrolled) | Q(teaching) | Q(written_to))


def person_in(scope: Scope, person_id: UUID) -> Person | None:
    """Return somebody who has to do with a catalog, or None."""
    return people_of(scope).filter(pk=person_id).first()


def _people(scope: Scope, words: Sequence[str]) -> QuerySet[Person]:
    rows = narrowed(people_of(scope), words)
    for word in words:
        # An address is looked at as a whole too: «ana.s@» is typed as one word.
        rows = rows.filter(Q(name__typed=word) | Q(address_key__typed=word))
    return rows.order_by("name", "address_key")


def _sessions(scope: Scope, words: Sequence[str]) -> QuerySet[CourseSession]:
    rows = scope.of(CourseSession).select_related("course")
    for word in words:
        rows = rows.filter(
            Q(title__typed=word)
            | Q(code__typed=word)
            | Q(course__title__typed=word)
            | Q(course__code__typed=word)
        )
    return rows.order_by("-starts_at", "pk")
