"""The locks hold what pyproject.toml asks for: every version with its hashes, no index named."""

import re
import tomllib
from typing import Any

import pytest

from tests.architecture.sources import ROOT

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
CLIENTS = "requirements-clients.lock"
DOCS, BUILD = "requirements-docs.lock", "requirements-build.lock"


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    """Return the packages that requirements name, as a lock writes them."""
    found = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


def versions(lock: str) -> dict[str, str]:
    """Return each package of a lock with its version."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE))


def test_locks_hold_everything_that_is_asked_for() -> None:
    asked = names(project()["project"]["dependencies"])
    assert asked <= versions(RUNTIME).keys(), "run make lock"
    groups = project()["dependency-groups"]
    assert names(groups["dev"]) | asked <= versions(DEVELOPMENT).keys()
    clients = names([one for one in groups["clients"] if isinstance(one, str)])
    assert clients | names(groups["dev"]) <= versions(CLIENTS).keys()
    assert names(groups["docs"]) <= versions(DOCS).keys()
    assert names(groups["build"]) == versions(BUILD).keys()


def test_developers_test_what_operators_run() -> None:
    tested = versions(DEVELOPMENT)
    assert {name: tested.get(name) for name in versions(RUNTIME)} == versions(RUNTIME)
    assert {name: tested.get(name) for name in versions(BUILD)} == versions(BUILD)


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT, CLIENTS, DOCS, BUILD])
def test_every_version_has_hashes_and_no_index_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "--index" not in text
