"""Empty databases to measure on, removed in the end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from tests import postgresql


@contextmanager
def databases(store: str, count: int) -> Iterator[list[str]]:
    """Make so many empty databases on a store and give their addresses.

    Args:
        store: sqlite or postgresql.
        count: how many.
    """
    if store == "sqlite":
        with tempfile.TemporaryDirectory(prefix="classbell-bench-") as name:
            yield [f"sqlite:///{Path(name) / str(number)}.sqlite3" for number in range(count)]
        return
    server = postgresql.server_url()
    names = [f"bench_{uuid4().hex}" for _ in range(count)]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield [urlsplit(server)._replace(path=f"/{name}").geturl() for name in names]
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            for name in names:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                connection.execute(drop)
