"""Where the sandbox's state survives a restart: one SQLite file.

A section is one JSON row; of a section that grows with use, each record is a row of its own.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


class Section(Protocol):
    """A part of the world that can be saved and taken up again."""

    def snapshot(self) -> dict[str, object]:
        """Return the section as JSON-able values."""
        ...

    def restore(self, saved: dict[str, object]) -> None:
        """Replace the section's content by a snapshot."""
        ...


@dataclass(frozen=True)
class Batch:
    """What changed in a section of many records since it was last saved.

    `head` is what the section is besides its records. `records` are JSON texts by key, None for a
    record that is gone. With `is_anew` everything saved before is dropped first; without
    `is_complete` more has changed than this batch holds.
    """

    head: dict[str, object]
    records: Mapping[str, str | None]
    is_anew: bool
    is_complete: bool


@runtime_checkable
class RecordSection(Section, Protocol):
    """A section that grows with use, and so saves only what changed."""

    def unsaved(self, most: int) -> Batch:
        """Return at most so many changed records, and count them as saved."""
        ...

    def resume(self, head: dict[str, object], records: Mapping[str, str]) -> None:
        """Replace the section's content by what was saved, records in the order of their making."""
        ...


class Store(Protocol):
    """Keeps sections by name; `keeps` is false when saving would be work for nothing."""

    keeps: bool

    def load(self) -> dict[str, dict[str, object]]:
        """Return every saved section by name; empty on a first start."""
        ...

    def save(self, sections: dict[str, dict[str, object]]) -> None:
        """Write the given sections, all or none of them."""
        ...

    def save_batch(self, name: str, batch: Batch) -> None:
        """Write what changed in a section of many records, all or none of it."""
        ...

    def records(self, name: str) -> dict[str, str]:
        """Return the records of a section as JSON texts by key, in the order of their making."""
        ...

    def close(self) -> None:
        """Let go of what holds the sections."""
        ...


class MemoryStore:
    """Keeps nothing, for tests and throw-away sandboxes."""

    keeps = False

    def load(self) -> dict[str, dict[str, object]]:
        """Return nothing: a sandbox in memory always starts anew."""
        return {}

    def save(self, sections: dict[str, dict[str, object]]) -> None:
        """Drop the sections."""

    def save_batch(self, name: str, batch: Batch) -> None:
        """Drop the records."""

    def records(self, name: str) -> dict[str, str]:  # noqa: ARG002 -- the protocol's signature
        """Return nothing."""
        return {}

    def close(self) -> None:
        """Do nothing, as nothing was kept."""


class SqliteStore:
    """Keeps sections in one SQLite file."""

    keeps = True

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; its folder is made when missing."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # The file holds signing keys, secrets and mail: nobody else's business on a shared machine.
        # SQLite gives the files beside it the same rights, so they are set before it opens.
        path.touch(mode=0o600)
        path.chmod(0o600)
        # Opened where a sandbox is made and used where it runs: one thread after the other, never
        # two at once.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS section (name TEXT PRIMARY KEY, body TEXT NOT NULL)"
        )
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, section TEXT NOT NULL, "
            "key TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (section, key))"
        )

    def load(self) -> dict[str, dict[str, object]]:
        """Return every saved section by name."""
        rows = self._connection.execute("SELECT name, body FROM section").fetchall()
        return {name: json.loads(body) for name, body in rows}

    def save(self, sections: dict[str, dict[str, object]]) -> None:
        """Write the given sections in one transaction."""
        rows = [(name, json.dumps(body, ensure_ascii=False)) for name, body in sections.items()]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO section VALUES (?, ?)", rows)

    def save_batch(self, name: str, batch: Batch) -> None:
        """Write what changed in a section of many records in one transaction."""
        gone = [(name, key) for key, body in batch.records.items() if body is None]
        kept = [(name, key, body) for key, body in batch.records.items() if body is not None]
        head = json.dumps(batch.head, ensure_ascii=False)
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            if batch.is_anew:
                connection.execute("DELETE FROM record WHERE section = ?", (name,))
            connection.executemany("DELETE FROM record WHERE section = ? AND key = ?", gone)
            # A changed record keeps its number, which is its place in the order.
            connection.executemany(
                "INSERT INTO record (section, key, body) VALUES (?, ?, ?) "
                "ON CONFLICT (section, key) DO UPDATE SET body = excluded.body",
                kept,
            )
            connection.execute("INSERT OR REPLACE INTO section VALUES (?, ?)", (name, head))

    def records(self, name: str) -> dict[str, str]:
        """Return the records of a section, in the order of their making."""
        query = "SELECT key, body FROM record WHERE section = ? ORDER BY number"
        return dict(self._connection.execute(query, (name,)))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
