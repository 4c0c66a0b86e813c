"""The map of the help article names every test that follows it, and no other."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "reference" / "article-coverage.md"
TESTS = ROOT / "tests" / "browser" / "article"


def names_there() -> set[str]:
    """Return the names of the tests that walk the article."""
    return {
        node.name
        for path in TESTS.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def cases_there() -> set[str]:
    """Return the cases of parametrised tests, by the names they are given."""
    text = (TESTS / "test_consent.py").read_text(encoding="utf-8")
    found = re.search(r"ids=\[(.*?)\]", text)
    assert found
    return set(re.findall(r'"([^"]+)"', found.group(1)))


def test_every_sentence_has_its_test_and_every_test_its_sentence() -> None:
    named = re.findall(r"\| `(test_\w+)(?:\[([^\]]+)\])?` \|", PAGE.read_text(encoding="utf-8"))
    assert {name for name, _ in named} == names_there()
    assert {case for _, case in named if case} == cases_there()
