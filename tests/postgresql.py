"""A private PostgreSQL for the tests, from the system's own binaries.

`python -m tests.postgresql` says whether one can be had: it exits 0 if so, and otherwise says what
is left out and exits 1.
"""

import atexit
import functools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

# Handed to the processes that share the tests, so that they share one server.
URL_VARIABLE = "CLASSBELL_TEST_POSTGRESQL_URL"
REQUIRE_VARIABLE = "CLASSBELL_TEST_REQUIRE"
MISSING = (
    "PostgreSQL's binaries were not found, so what must also hold on PostgreSQL was tested on "
    "SQLite only. scripts/install-system-packages installs them."
)

# The server lives as long as the pipe to its keeper: also after kill -9 of the tests, nothing of
# it is left. Fast shutdown, so that open sessions do not hold it up.
_KEEPER = """
bin=$1 data=$2 port=$3
"$bin/postgres" -D "$data/cluster" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$data" -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=100 -c shared_buffers=64MB \
    -c log_min_messages=fatal -c timezone=UTC >"$data/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$data"
"""


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL's binaries, or None where there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name.split(".")[0]))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def is_required() -> bool:
    """Say whether a missing PostgreSQL is a failure here, as it is in CI."""
    return "postgresql" in os.environ.get(REQUIRE_VARIABLE, "").split(",")


@functools.cache
def server_url() -> str:
    """Return the address of the private server's maintenance database, started at first need.

    Raises:
        RuntimeError: PostgreSQL's binaries are not there, or the server did not start.
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        return given
    folder = binaries()
    if folder is None:
        raise RuntimeError(MISSING)
    url = _start(folder)
    os.environ[URL_VARIABLE] = url
    return url


def _start(folder: Path) -> str:
    data = Path(tempfile.mkdtemp(prefix="classbell-postgresql-"))
    user = server_user()
    if user is not None:
        os.chown(data, user.pw_uid, user.pw_gid)
    # PostgreSQL refuses to run as root.
    uid, gid = (user.pw_uid, user.pw_gid) if user else (None, None)
    groups: list[int] | None = [] if user else None
    initdb = subprocess.run(
        [
            str(folder / "initdb"),
            *("-D", str(data / "cluster"), "-U", "classbell", "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        cwd=data,
        user=uid,
        group=gid,
        extra_groups=groups,
        capture_output=True,
        text=True,
        check=False,
    )
    if initdb.returncode:
        raise RuntimeError(f"initdb failed: {initdb.stderr}")
    port = free_port()
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "keeper", str(folder), str(data), str(port)],
        cwd=data,
        user=uid,
        group=gid,
        extra_groups=groups,
        stdin=subprocess.PIPE,
        # Ctrl-C is for the tests; they close the pipe when they are done.
        start_new_session=True,
    )
    atexit.register(_stop, keeper)
    url = f"postgresql://classbell@127.0.0.1:{port}/postgres"
    _wait_until_open(url, data / "log")
    return url


def server_user() -> pwd.struct_passwd | None:
    """Return who runs the server where the tests run as root, None where they do not."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    # Below what the system gives to outgoing connections, which could take it before its server.
    while True:
        port = secrets.choice(range(12_000, 20_000))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _wait_until_open(url: str, log: Path) -> None:
    # The server tells nobody when it listens, so it is asked, for at most 20 seconds.
    for _ in range(200):
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The private PostgreSQL did not start: {log.read_text()}")


def _stop(keeper: subprocess.Popen[bytes]) -> None:
    if keeper.stdin:
        keeper.stdin.close()
    keeper.wait(timeout=30)


def main() -> int:
    """Say whether PostgreSQL can be had, for the Makefile."""
    if binaries() is not None:
        return 0
    print(f"SKIPPED: {MISSING}")  # noqa: T201 -- this is the command line's answer
    return 2 if is_required() else 1


if __name__ == "__main__":
    sys.exit(main())
