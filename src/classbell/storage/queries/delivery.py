"""What can be read about delivery, and the signal that wakes its workers."""

from __future__ import annotations

from django.db import connection

CHANNEL = "classbell_lanes"
"""The channel on which PostgreSQL tells the workers that lanes are due."""


def wake_workers() -> None:
    """Wake the workers once the current transaction commits.

    PostgreSQL sends a notification on commit, and only one for a transaction that rings often. On
    SQLite the commit itself is seen, by the version of the data.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
