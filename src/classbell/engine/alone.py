"""Makes sure that one SQLite file has one worker, by a lock the system drops when it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from classbell.ports.errors import ConfigurationFault


class OnlyWorker:
    """Holds the lock beside a database file while entered.

    Args:
        database: the SQLite file; the lock is a file of that name with ``.worker-lock`` added.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".worker-lock")
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            ConfigurationFault: another worker has it.
        """
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise ConfigurationFault(
                f"Another worker serves this database already (it holds {self._path}).",
                meaning="With SQLite one worker does all the background work.",
                remedy="Stop the other worker, or use PostgreSQL for several workers.",
            ) from None
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop the lock; the file stays, for removing it could take another's lock away."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
