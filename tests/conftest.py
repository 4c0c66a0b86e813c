"""What all tests share: the choice of the store, and a fresh database where one is needed.

Only loopback can be reached (pytest's --allow-hosts in pyproject.toml).
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests import postgresql
from tests.groups import GroupScheduling

# In CI, what is named here may not be skipped for want of a program.
REQUIRED = os.environ.get(postgresql.REQUIRE_VARIABLE, "").split(",")
STORE = os.environ.get("CLASSBELL_TEST_DATABASE", "sqlite")


def pytest_report_header() -> str:
    """Say on which store the tests run."""
    return f"store: {STORE} (CLASSBELL_TEST_DATABASE)"


SLOW = (
    "acceptance/codes/",
    "acceptance/test_bench.py",
    "browser/article/",
    "sandbox/graph/test_schemathesis.py",
    "sandbox/portal/test_accessibility.py",
)
"""Long suites: left out of `make test`, run by `make test-slow`; CI runs a part of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the long suites; skip, visibly, what speaks about PostgreSQL when on SQLite."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).as_posix().startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    if STORE == "postgresql":
        return
    skip = pytest.mark.skip(reason="about PostgreSQL; run with CLASSBELL_TEST_DATABASE=postgresql")
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.add_marker(skip)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling | None:
    """Keep the groups of `tests.groups` together, where `--dist loadgroup` asks for groups."""
    return GroupScheduling(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def store() -> str:
    """Return `sqlite` or `postgresql`: the store these tests run on."""
    return STORE


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    """Give the address of a fresh, empty database of the store, for programs that are started.

    Django's own test database is for the test's process; this one is for others, such as a worker
    that is to be killed. It has no tables yet.
    """
    if STORE == "sqlite":
        yield f"sqlite:///{tmp_path / 'classbell.sqlite3'}"
        return
    server = postgresql.server_url()
    name = f"classbell_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of Chromium, or skip what needs it; in CI its absence is a failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "Chromium was not found; scripts/install-system-packages installs it"
        if "chromium" in REQUIRED:
            pytest.fail(message)
        pytest.skip(message)
    return found
