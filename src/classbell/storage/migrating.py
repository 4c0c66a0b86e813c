"""Bringing the tables up to this version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, transaction

from classbell.storage import people_index


def bring_up_to_date() -> None:
    """Apply the migrations that the database lacks, and what it lacked an extension for before."""
    with _unhurried():
        call_command("migrate", verbosity=0, interactive=False)
    if not finds_people_fast():
        with transaction.atomic(), connection.cursor() as cursor:
            people_index.put_up(cursor, connection.vendor)


def finds_people_fast() -> bool:
    """Tell whether the index of people is there; PostgreSQL may lack the extension it needs."""
    with connection.cursor() as cursor:
        return people_index.is_up(cursor, connection.vendor)


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let a migration reckon between its statements for as long as it needs.

    PostgreSQL ends everybody else's transaction that is idle for some seconds, and a busy machine
    may need longer than that for what Django works out from one statement to the next.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET idle_in_transaction_session_timeout")
