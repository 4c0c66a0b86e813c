"""The threat model names tests and code that are there, and says of each flow what meets it."""

import ast
import re

import pytest

from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "explanation" / "security.md"
NAMED = re.compile(r"`((?:src|tests)/[\w./-]+\.py)(?:::(\w+))?`")


def named() -> list[tuple[str, str]]:
    """Return every file that the page names, with the test or function in it, if any."""
    return NAMED.findall(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("path", "name"), sorted(set(named())))
def test_what_it_names_is_there(path: str, name: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    if name:
        functions = [one.name for one in ast.walk(ast.parse(source)) if isinstance(one, KINDS)]
        assert name in functions


KINDS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_every_threat_names_the_test_that_shows_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([STRIDE]) \| .*\|$", text, flags=re.MULTILINE)
    bare = [
        line
        for line in text.splitlines()
        if re.match(r"\| [STRIDE] \|", line) and "`tests/" not in line
    ]
    assert set(rows) == set("STRIDE")
    assert not bare


def test_every_security_test_is_named_in_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    files = sorted((ROOT / "tests" / "security").glob("test_*.py"))
    assert [path.name for path in files if f"tests/security/{path.name}" not in text] == []
