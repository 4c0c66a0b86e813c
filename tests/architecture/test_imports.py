"""Imports follow the picture in ARCHITECTURE.md."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, code_files, imported_modules, short


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# The ORM, and what it raises.
ORM = ("django.db", "django.core.exceptions")


@pytest.mark.parametrize("room", ["domain", "delivery"])
def test_inner_rooms_know_only_the_database_part_of_django(room: str) -> None:
    strangers = [
        f"{short(path)} imports {name}"
        for path in code_files(".py")
        if short(path).startswith(f"src/classbell/{room}/")
        for name in imported_modules(path)
        if name.startswith("django.") and not name.startswith(ORM)
    ]
    assert not strangers


def test_tests_pass_dependencies_instead_of_patching_them() -> None:
    patching = [
        short(path)
        for path in code_files(".py")
        if any(name.startswith(("unittest.mock", "mock.")) for name in imported_modules(path))
    ]
    assert not patching, f"hand in a fake from tests/fakes instead: {patching}"
