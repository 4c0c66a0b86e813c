"""Notices commits on SQLite: the version of the data changes when another connection commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import structlog

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.02
"""Looking costs a hundredth of a core or less, and rings reach the loop within this time."""

RETRY_SECONDS = 1.0


class DataVersion:
    """Watches one database file.

    Args:
        path: the file.
        poll_seconds: machine seconds between looks.
    """

    def __init__(self, path: Path, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._path = path
        self._poll_seconds = poll_seconds

    def watch(self, ring: Callable[[], None], done: Event) -> None:
        """Call ``ring`` after each commit of anybody, until ``done`` is set."""
        with closing(sqlite3.connect(self._path)) as connection:
            seen: object = None
            while not done.wait(self._poll_seconds):
                try:
                    version = connection.execute("PRAGMA data_version").fetchone()
                except sqlite3.OperationalError as problem:
                    # The loop looks by itself at every sweep; this only makes it quicker.
                    log.warning("cannot see commits, trying again", problem=str(problem))
                    done.wait(RETRY_SECONDS)
                    continue
                if version != seen:
                    seen = version
                    ring()
