"""Finding people by parts of a name or an address, in any case, by the index of three letters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL

from classbell.storage.models import Person
from classbell.storage.people_index import LEAST, POSTGRESQL_PLAINLY
from classbell.storage.typed import plain

COLUMNS = ("name", "address_key")
FEW = 500
"""As many are looked up by their keys; of more than that, a page is full after a short walk."""

LOOK_UP = (
    "SELECT person FROM storage_person_text JOIN storage_person_number "
    "ON number = storage_person_text.rowid WHERE storage_person_text MATCH %s"
)


def holding(
    people: QuerySet[Person], text: str, *, columns: Sequence[str] = COLUMNS
) -> QuerySet[Person]:
    """Leave the people one of whose columns holds a text.

    PostgreSQL uses its index by itself. SQLite is asked in words of its own, for the text that few
    people have; for one that many have, people are read in the order that the caller gives them,
    and reading ends with the page.

    Args:
        people: to look among.
        text: what to look for; letters count in either case.
        columns: some of :data:`COLUMNS`.
    """
    contains = Q()
    for column in columns:
        contains |= Q(**{f"{column}__icontains": text})
    connection = connections[people.db]
    if connection.vendor != "sqlite" or len(text) < LEAST:
        return people.filter(contains)
    asked = f'{{{" ".join(columns)}}} : "{text.replace(chr(34), chr(34) * 2)}"'
    found = _looked_up(connection, asked)
    if found is not None:
        return people.filter(pk__in=found)
    if text.isascii():
        return people.filter(contains)
    # Its LIKE knows no capital letters but those of ASCII; the table beside the people does.
    return people.filter(pk__in=RawSQL(LOOK_UP, [asked]))  # noqa: S611 -- nothing typed stands in it


class Plainly(Func):
    """A name with other letters as it is written without them, for PostgreSQL's index of it."""

    output_field = TextField()
    template = POSTGRESQL_PLAINLY.format(name="%(expressions)s::text")
    arity = 1


def narrowed(people: QuerySet[Person], words: Sequence[str]) -> QuerySet[Person]:
    """Leave out people whom the index knows not to have all these words, with accents or without.

    Who is left still has to be looked at: only the longest run of letters and signs of addresses
    in a word is looked up, wherever it stands in a name.

    Args:
        people: to look among.
        words: as typed.
    """
    connection = connections[people.db]
    if connection.vendor == "sqlite":
        runs = [run for word in words if (run := _longest(plain(word), r"[\w.@'+]+"))]
        found = _looked_up(connection, " AND ".join(f'"{run}"' for run in runs)) if runs else None
        return people if found is None else people.filter(pk__in=found)
    # How PostgreSQL writes other letters small depends on its locale; these it always knows.
    runs = [run for word in words if (run := _longest(plain(word), r"[a-z0-9_.@'+]+"))]
    for run in runs:
        people = people.alias(plainly=Plainly(F("name"))).filter(
            Q(name__icontains=run) | Q(address_key__icontains=run) | Q(plainly__contains=run)
        )
    return people


def _looked_up(connection: BaseDatabaseWrapper, asked: str) -> list[str] | None:
    """Return the keys of those SQLite's table names, or None where those are more than few."""
    with connection.cursor() as cursor:
        cursor.execute(f"{LOOK_UP} LIMIT {FEW + 1}", [asked])
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= FEW else None


def _longest(word: str, letters: str) -> str:
    """Return the longest run of letters of a word, or nothing where all are too short."""
    run = max(re.findall(letters, word), key=len, default="")
    return run if len(run) >= LEAST else ""
