"""Whether this process can serve: its tables are there, and it is not about to leave."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

STOPPING_FILE = "_CLASSBELL_STOPPING_FILE"
"""Environment variable with the file whose presence says that this process is about to leave; set
by ``classbell serve``, never by an operator."""


def why_not_ready() -> str:
    """Return why no request should be sent here, or an empty text.

    Tables of a later version are fine: they keep this version's code working.

    Raises:
        DatabaseError: the database does not answer.
    """
    if (path := os.environ.get(STOPPING_FILE)) and Path(path).exists():
        return "stopping"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "" if _is_migrated() else "the database lacks migrations of this version"


def waiting_migrations() -> int:
    """Return how many migrations of this version the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class _NotYet(Exception):
    """Keeps ``cache`` from remembering what will change."""


def _is_migrated() -> bool:
    try:
        _once_migrated()
    except _NotYet:
        return False
    return True


@cache
def _once_migrated() -> None:
    """Look once successfully: tables of this version do not go away while its code runs."""
    if waiting_migrations():
        raise _NotYet
