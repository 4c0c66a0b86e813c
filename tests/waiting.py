"""Letting threads meet at rows of PostgreSQL, so that who waits for whom is no matter of chance."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

PATIENCE_SECONDS = 30.0


def beside(pool: ThreadPoolExecutor, action: Callable[[], object]) -> Future[object]:
    """Do something on a thread and a connection of its own."""

    def run() -> object:
        try:
            return action()
        finally:
            connection.close()

    return pool.submit(run)


def until_waiting(sessions: int) -> None:
    """Return once so many sessions of the database wait for a lock."""
    ends = time.monotonic() + PATIENCE_SECONDS
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(query)
            if cursor.fetchone() == (sessions,):
                return
        time.sleep(0.02)
    raise AssertionError(f"there never were {sessions} sessions that wait for a lock")
