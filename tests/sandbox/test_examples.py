"""The examples on the sandbox's pages run as they stand, in a project that has nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = BLOCK.findall((ROOT / "docs" / "sandbox.md").read_text("utf-8"))


def run(words: list[str], folder: Path) -> None:
    """Run Python in a folder of its own, with the environment of somebody else's project."""
    strange = ("CLASSBELL_", "DJANGO_", "PYTEST_", "REQUESTS_CA", "CURL_CA")
    environment = {name: one for name, one in os.environ.items() if not name.startswith(strange)}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_fixture_of_the_readme(tmp_path: Path) -> None:
    (example,) = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    (tmp_path / "test_example.py").write_text(example, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    run(["-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider"], tmp_path)


@pytest.mark.parametrize("number", range(len(PAGE)))
def test_each_example_of_the_page(number: int, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(PAGE[number], "utf-8")
    run(["-W", "error", "example.py"], tmp_path)


def test_every_control_address_is_on_the_page() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    parity = (ROOT / "docs" / "sandbox-parity.md").read_text("utf-8")
    named = set(re.findall(r"`(/_sandbox/[a-z.]+)", parity))
    # What tests of sign-in alone need is documented where it is written.
    special = {"/_sandbox/tenants", "/_sandbox/keys", "/_sandbox/consent"}
    assert not {one for one in named - special if one not in page}
