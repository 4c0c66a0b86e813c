"""A private PgBouncer before the tests' PostgreSQL, lending sessions for one transaction each."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.postgresql import free_port

_SETTINGS = """
[databases]
* = host=127.0.0.1 port={server} user=classbell
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
max_client_conn = 300
logfile = {folder}/log
pidfile = {folder}/pid
"""


def program() -> str | None:
    """Return the pooler's path, or None where it is not installed."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@dataclass
class Pooler:
    """One pooler; it can be killed and started again on the same port.

    Attributes:
        server_url: the database behind it.
        folder: for its settings and log; must be open to whoever runs it.
    """

    server_url: str
    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the same database through the pooler."""
        parts = urlsplit(self.server_url)
        return f"postgresql://classbell@127.0.0.1:{self.port}{parts.path}"

    def start(self) -> None:
        """Start it and wait until it lends."""
        file = self.folder / "pgbouncer.ini"
        server = urlsplit(self.server_url).port
        file.write_text(_SETTINGS.format(server=server, port=self.port, folder=self.folder))
        user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if user is not None:
            # It refuses to run as root.
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._process = subprocess.Popen(
            [str(program()), "-q", str(file)],
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"The pooler did not start: {(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        """End it at once, with every connection through it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
