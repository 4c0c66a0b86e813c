"""Copying a database while it is in use, and putting a copy in an empty place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from classbell.ports.errors import ConfigurationFault

FOR_EVER = "9999-12-31 00:00:00"
"""Until then every lane is leased after a restore, so that no worker takes one before its time."""

MARK = """
UPDATE public.storage_lane SET lease_until = '9999-12-31 00:00:00+00', holder = 'restore';
INSERT INTO public.storage_restoration (taken_at, begun_at, held, in_doubt)
VALUES (:'taken_at', :'begun_at', 0, 0);
"""
"""The same for psql, which fills in the moments."""

PAGES_AT_ONCE = 2000


def copy_sqlite(source: Path, target: Path) -> dict[str, int]:
    """Copy a SQLite file that others write to meanwhile; return the rows of each table.

    https://www.sqlite.org/backup.html
    """
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new, pages=PAGES_AT_ONCE, sleep=0.05)
        # One file, without a log beside it.
        new.execute("PRAGMA journal_mode=DELETE")
        names = [
            name
            for (name,) in new.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {
            name: new.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 -- its own names
            for name in names
        }


def copy_postgresql(url: str, target: Path) -> dict[str, int]:
    """Copy a PostgreSQL database as it was at one moment; return the rows of each table.

    https://www.postgresql.org/docs/current/app-pgdump.html

    Raises:
        ConfigurationFault: pg_dump is missing, or it failed.
    """
    with psycopg.connect(url) as connection:
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = found[0] if found else ""
        names = _tables(connection)
        counts = {}
        for name in names:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ).fetchone()
            counts[name] = int(row[0]) if row else 0
        words = ["--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run("pg_dump", url, [*words, f"--file={target}"])
    return counts


def put_sqlite(copy: Path, target: Path, *, taken_at: datetime, begun_at: datetime) -> None:
    """Put a copy in the place of a SQLite database that is not there yet.

    The note that it was restored and the lease on every lane are in the file before it gets its
    name, so nobody ever meets it without them.

    Raises:
        ConfigurationFault: there is a database already, or the copy is damaged.
    """
    if target.exists() and target.stat().st_size:
        raise _not_empty(f"{target} is there already.")
    with closing(sqlite3.connect(copy)) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ConfigurationFault(
                "The copy in the backup is damaged.",
                meaning="Nothing was restored.",
                remedy="Use another backup.",
            )
        database.execute("UPDATE storage_lane SET lease_until = ?, holder = 'restore'", [FOR_EVER])
        database.execute(
            "INSERT INTO storage_restoration (taken_at, begun_at, held, in_doubt)"
            " VALUES (?, ?, 0, 0)",
            [_naive(taken_at), _naive(begun_at)],
        )
        database.commit()
    for beside in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    copy.replace(target)


def put_postgresql(copy: Path, url: str, *, taken_at: datetime, begun_at: datetime) -> None:
    """Put a copy in an empty PostgreSQL database, with the note and the leases, in one transaction.

    Raises:
        ConfigurationFault: the database has tables, psql is missing, or it failed.
    """
    with psycopg.connect(url) as connection:
        if _tables(connection):
            raise _not_empty("The database has tables already.")
    mark = copy.with_name(copy.name + ".mark")
    mark.write_text(MARK, encoding="utf-8")
    words = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    words += [f"--set=taken_at={taken_at.isoformat()}", f"--set=begun_at={begun_at.isoformat()}"]
    try:
        _run("psql", url, [*words, "--output=/dev/null", f"--file={copy}", f"--file={mark}"])
    finally:
        mark.unlink()


def _tables(connection: psycopg.Connection) -> list[str]:
    """Return the names of the tables."""
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [name for (name,) in rows]


def _run(program: str, url: str, words: list[str]) -> None:
    """Run a program of PostgreSQL's; its password goes by the environment, not by the words."""
    path = shutil.which(program)
    if path is None:
        raise ConfigurationFault(
            f"{program} is not installed on this machine.",
            remedy="Install PostgreSQL's client programs, in the server's version or a later one.",
        )
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    name = parts.username or ""
    without = parts._replace(netloc=f"{name}@{place}" if name else place).geturl()
    done = subprocess.run(
        [path, *words, f"--dbname={without}"],
        env=_with_password(os.environ, unquote(parts.password or "")),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfigurationFault(
            f"{program} failed: {done.stderr.strip()[:500]}",
            remedy="See what it says; its version must not be older than the server's.",
        )


def _with_password(environment: Mapping[str, str], password: str) -> dict[str, str]:
    return {**environment, **({"PGPASSWORD": password} if password else {})}


def _not_empty(what: str) -> ConfigurationFault:
    return ConfigurationFault(
        what,
        meaning="A backup is only restored into an empty place; nothing was changed.",
        remedy="Name an empty database in CLASSBELL_DATABASE_URL, or move the present one away.",
    )


def _naive(moment: datetime) -> str:
    """Write a moment as Django reads it from SQLite: UTC, without saying so."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
