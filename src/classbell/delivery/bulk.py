"""Many rows with few words to the store, where the ORM's own way would cost more than the mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

from classbell.storage.models import Message, Person

COPIED = ("address", "name")
"""Columns that are the person's own, as they are at this moment."""

PREFERRED = ("language", "time_zone")
"""Columns that are the person's own where they have chosen one, else what is given."""


def insert_for_people(people: Sequence[UUID], values: Mapping[str, object]) -> None:
    """Insert one message for each person with an address; who has one already gets no second.

    Rows made one by one cost twenty times as much, most of it in turning values into parameters
    that the store has already.

    Args:
        people: ids of the people.
        values: every other column of a message, by field name, the same for all of them;
            ``language`` and ``time_zone`` are for those who have chosen none.
    """
    if not people:
        return
    columns, expressions = ["person_id"], ["p.id"]
    parameters: list[Any] = []
    for field in Message._meta.concrete_fields:  # noqa: SLF001 -- Django documents it as public
        if field.primary_key or field.name == "person":
            continue
        columns.append(str(field.column))
        expression, used = _expression(field, values)
        expressions.append(expression)
        parameters += used
    key = Person._meta.get_field("id")  # noqa: SLF001 -- Django documents it as public
    ids = [key.get_db_prep_value(person, connection) for person in people]
    # Only names of our own tables and columns are put in; every value is a parameter.
    marks = ", ".join(["%s"] * len(ids))
    insert = f"INSERT INTO {_table(Message)} ({', '.join(columns)})"
    select = f"SELECT {', '.join(expressions)} FROM {_table(Person)} p"  # noqa: S608 -- see above
    where = f"WHERE p.id IN ({marks}) AND p.address <> '' ORDER BY p.address_key"
    statement = f"{insert} {select} {where} ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *ids])


def update_each(
    model: type[Model],
    changes: Sequence[Mapping[str, object]],
    where: Sequence[Mapping[str, object]],
) -> None:
    """Give each of some rows values of its own, in the caller's transaction.

    It is one statement and not one for each row: a driver sends those without waiting in between,
    and a process that is frozen halfway leaves PostgreSQL waiting for the rest, its locks held. No
    time-out of an idle transaction ends that, for by PostgreSQL's reckoning it is not idle.

    Args:
        model: whose rows.
        changes: for each row its new values, by field name; the same names for all.
        where: for each row what it must be like to be changed, by field name; the same names for
            all, the first of them the key.
    """
    if not changes:
        return
    assigned, tested = list(changes[0]), list(where[0])
    names = [*assigned, *tested]
    # Both stores call the columns of VALUES so.
    given = [f"v.column{number}" for number, _ in enumerate(names, start=1)]
    columns = [_column(model, name) for name in names]
    sets = ", ".join(
        f"{column} = {value}"
        for column, value in zip(columns, given[: len(assigned)], strict=False)
    )
    tests = " AND ".join(
        f"{_table(model)}.{column} = {value}"
        for column, value in zip(columns[len(assigned) :], given[len(assigned) :], strict=True)
    )
    marks = f"({', '.join(_mark(model, name) for name in names)})"
    rows = ", ".join([marks] * len(changes))
    # Only names of our own tables and columns are put in; every value is a parameter.
    statement = f"UPDATE {_table(model)} SET {sets} FROM (VALUES {rows}) AS v WHERE {tests}"  # noqa: S608 -- see above
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                _prepared(model, name, value)
                for change, test in zip(changes, where, strict=True)
                for name, value in (*change.items(), *test.items())
            ],
        )


def _mark(model: type[Model], name: str) -> str:
    """Return the place of a value; PostgreSQL takes it for a text unless its type is named."""
    if not connection.features.requires_casted_case_in_updates:
        return "%s"
    return f"CAST(%s AS {_field(model, name).cast_db_type(connection)})"


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    """Return a column of a table of ours; the names come from this program."""
    field = model._meta.get_field(name)  # noqa: SLF001 -- Django documents it as public
    if not isinstance(field, Field):
        raise TypeError(f"{name} is no column of {model.__name__}.")
    return field


def _column(model: type[Model], name: str) -> str:
    return connection.ops.quote_name(str(_field(model, name).column))


def _prepared(model: type[Model], name: str, value: object) -> Any:  # noqa: ANN401 -- the driver's
    return _field(model, name).get_db_prep_save(value, connection)


def _expression(field: Field[Any, Any], values: Mapping[str, object]) -> tuple[str, list[Any]]:
    """Return how a column is filled, and the parameters that takes."""
    if field.name in COPIED:
        return f"p.{field.name}", []
    value = values.get(field.name, field.get_default())
    prepared = field.get_db_prep_save(value, connection)
    if field.name in PREFERRED:
        return f"COALESCE(NULLIF(p.{field.name}, ''), %s)", [prepared]
    return "%s", [prepared]


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 -- public in Django
