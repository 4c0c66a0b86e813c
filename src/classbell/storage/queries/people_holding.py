"""Finding people by any part of a name or an address, in any case."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from classbell.storage.models import Person
from classbell.storage.people_index import LEAST

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
    with connection.cursor() as cursor:
        cursor.execute(f"{LOOK_UP} LIMIT {FEW + 1}", [asked])
        found = [row[0] for row in cursor.fetchall()]
    if len(found) <= FEW:
        return people.filter(pk__in=found)
    if text.isascii():
        return people.filter(contains)
    # Its LIKE knows no capital letters but those of ASCII; the table beside the people does.
    return people.filter(pk__in=RawSQL(LOOK_UP, [asked]))  # noqa: S611 -- nothing typed stands in it
