"""Turns a database address into Django's settings, tuned for lanes on either store."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db import connection

from classbell.ports.errors import ConfigurationFault

SQLITE_OPTIONS: dict[str, Any] = {
    # A transaction that reads and then writes would otherwise fail at once with «locked».
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}

KEPT_SECONDS = 60
"""For how long a thread keeps its connection to a SQLite file; it holds no lock meanwhile."""

POSTGRESQL_OPTIONS: dict[str, Any] = {
    # A worker stopped inside a transaction would otherwise keep its row locks until it wakes. To
    # compile a query (0.15 s) or start helpers for it (0.03 s) pays for reports of minutes; here
    # each query is a page's or a mail's.
    "options": "-c idle_in_transaction_session_timeout=5s -c jit=off "
    "-c max_parallel_workers_per_gather=0",
    "connect_timeout": 5,
}


MOST_CONNECTIONS = 40
"""Of one process; no thread keeps one while it waits for a provider, so a few serve many."""


def release() -> None:
    """Give this thread's connection back while something else is waited for.

    Only a pool takes connections back; without one this would close what is soon needed again.
    Inside a transaction nothing happens.
    """
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


def why_unreachable() -> str:
    """Return in the server's or the network's words why it lets nobody in.

    A pool only says that it waited in vain. Empty where a session can be had, and on SQLite.
    """
    if connection.vendor != "postgresql":
        return ""
    import psycopg  # noqa: PLC0415 -- on SQLite nothing needs it

    chosen = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    words = {name: chosen[key] for name, key in names.items() if chosen[key]}
    options = {key: value for key, value in chosen["OPTIONS"].items() if key != "pool"}
    try:
        psycopg.connect(password=chosen["PASSWORD"], **words, **options).close()
    except psycopg.Error as error:
        return " ".join(str(error).split())
    return ""


def database(
    url: str, *, most_connections: int = MOST_CONNECTIONS, pooler: bool = False
) -> dict[str, Any]:
    """Return Django's settings for one database.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or
            ``postgresql://user:password@host:port/name?sslmode=require``. Several servers may be
            named, ``host:port,host:port``, of which ``target_session_attrs=read-write`` takes the
            one that may be written to.
        most_connections: of this process, on PostgreSQL.
        pooler: whether a connection pooler stands between, which lends a server's session for one
            transaction only: nothing may be set for a session, and no cursor outlives a statement.

    Raises:
        ConfigurationFault: the address names another kind of database.
    """
    if url.startswith("sqlite:///"):
        return {
            "ENGINE": "classbell.storage.sqlite",
            "NAME": str(Path(url.removeprefix("sqlite:///")).absolute()),
            # Opening the file anew for each page and each mail costs more than what is asked of it.
            "CONN_MAX_AGE": KEPT_SECONDS,
            "OPTIONS": dict(SQLITE_OPTIONS),
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ConfigurationFault(
            f"CLASSBELL_DATABASE_URL names the unknown kind «{parts.scheme}».",
            remedy="Use sqlite:///path or postgresql://user:password@host:port/name.",
        )
    servers = _servers(parts.netloc.rpartition("@")[2])
    return {
        "ENGINE": "classbell.storage.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": ",".join(host for host, _ in servers),
        "PORT": ",".join(port for _, port in servers),
        # A pool's connections belong to no thread; giving one back is what «closing» means then.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": pooler,
        "OPTIONS": {
            **({"connect_timeout": 5} if pooler else POSTGRESQL_OPTIONS),
            "pool": {"min_size": 1, "max_size": most_connections, "timeout": 8},
            **dict(parse_qsl(parts.query)),
        },
    }


def _servers(named: str) -> list[tuple[str, str]]:
    """Return host and port of each server that an address names; the port may be empty."""
    servers = []
    for server in named.split(","):
        host, _, port = (
            server.rpartition(":") if server.rfind(":") > server.rfind("]") else (server, "", "")
        )
        servers.append((host.strip("[]"), port))
    return servers
