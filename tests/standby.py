"""Two private PostgreSQL servers, the second following the first, so that one can fail over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.postgresql import binaries, free_port, server_user

_SETTINGS = (
    *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off"),
    *("-c", "shared_buffers=32MB", "-c", "timezone=UTC", "-c", "hot_standby=on"),
)


@dataclass
class Pair:
    """A server and its standby, which has everything that the first one has confirmed."""

    folder: Path = field(
        default_factory=lambda: Path(tempfile.mkdtemp(prefix="classbell-standby-"))
    )
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    _servers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address that names both: whichever may be written to is taken."""
        first, second = self.ports
        hosts = f"127.0.0.1:{first},127.0.0.1:{second}"
        return f"postgresql://classbell@{hosts}/postgres?target_session_attrs=read-write"

    def start(self) -> None:
        """Start both, and wait until the second one follows."""
        user = server_user()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        first = self.folder / "first"
        self._run("initdb", "-D", str(first), "-U", "classbell", "-A", "trust", "--no-sync")
        self._serve(0, first)
        with self._open(self.ports[0]) as primary:
            second = self.folder / "second"
            source = f"host=127.0.0.1 port={self.ports[0]} user=classbell"
            self._run("pg_basebackup", "-D", str(second), "-R", "-X", "stream", "-d", source)
            self._serve(1, second)
            # Asynchronous replication would lose what was confirmed last.
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.execute("SELECT pg_reload_conf()")
            _until(lambda: _follows(primary), "the standby follows")

    def fail_over(self) -> None:
        """Kill the first server and let the second one take its place."""
        killed = self._servers.pop(0)
        killed.send_signal(signal.SIGQUIT)
        killed.wait(timeout=30)
        with self._open(self.ports[1]) as standby:
            standby.execute("SELECT pg_promote(wait => true)")

    def stop(self) -> None:
        """End what still runs, and leave nothing behind."""
        for server in self._servers.values():
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=30)
        shutil.rmtree(self.folder)

    def _open(self, port: int) -> psycopg.Connection:
        return psycopg.connect(
            f"postgresql://classbell@127.0.0.1:{port}/postgres", autocommit=True, connect_timeout=5
        )

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self._as_user(), str(self._binaries() / program), *words],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def _serve(self, number: int, data: Path) -> None:
        port = self.ports[number]
        sockets = ("-c", f"unix_socket_directories={self.folder}")
        with (self.folder / f"log{number}").open("wb") as log:
            self._servers[number] = subprocess.Popen(
                [
                    *(*self._as_user(), str(self._binaries() / "postgres")),
                    *("-D", str(data), "-p", str(port), *_SETTINGS, *sockets),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        _until(lambda: self._answers(port), f"server {number} answers")

    def _answers(self, port: int) -> bool:
        try:
            self._open(port).close()
        except psycopg.OperationalError:
            return False
        return True

    @staticmethod
    def _binaries() -> Path:
        folder = binaries()
        assert folder is not None
        return folder

    @staticmethod
    def _as_user() -> list[str]:
        """Return what comes before a program's words, for it refuses to run as root."""
        user = server_user()
        return (
            []
            if user is None
            else ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        )


def _follows(primary: psycopg.Connection) -> bool:
    found = primary.execute("SELECT sync_state FROM pg_stat_replication").fetchall()
    return found == [("sync",)]


def _until(true: Callable[[], bool], what: str) -> None:
    # The servers tell nobody, so they are asked, for at most 20 seconds.
    for _ in range(200):
        if true():
            return
        time.sleep(0.1)
    raise RuntimeError(f"Waited in vain until {what}.")
