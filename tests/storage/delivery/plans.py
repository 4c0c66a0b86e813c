"""How the store would run the queries that something makes, with their values bound as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def queries() -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """Collect each statement and its values."""
    seen: list[tuple[str, Sequence[Any]]] = []

    def note(
        execute: Callable[..., Any],
        sql: str,
        values: Sequence[Any],
        many: bool,  # noqa: FBT001 -- Django's signature of a wrapper
        context: Any,
    ) -> Any:
        seen.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        yield seen


def selects(seen: list[tuple[str, Sequence[Any]]], table: str) -> list[str]:
    """Return the plan of each query that reads a table."""
    looks = [(sql, values) for sql, values in seen if sql.startswith("SELECT") and table in sql]
    return [_plan(sql, values) for sql, values in looks]


def analyse() -> None:
    """Let the store know what its tables hold."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _plan(sql: str, values: Sequence[Any]) -> str:
    words = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{words} {sql}", values)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
