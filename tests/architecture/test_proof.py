"""The page that says what shows each part of production agrees with the Makefile and the tests."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sources import ROOT
from tests.proofs import parts
from tests.torture.guards import GUARDS, Guard

PAGE = ROOT / "docs" / "reference" / "proof.md"
ROW = re.compile(r"^\| (?!part \||---)(.+?) \| (.+?) \|$", re.MULTILINE)
SECTIONS = {"Security", "Operations", "Deploying", "Documentation", "Load and odd requests"}


def page() -> str:
    """Return the page's text."""
    return PAGE.read_text(encoding="utf-8")


def rows() -> list[tuple[str, str]]:
    """Return each part of the page with what shows it."""
    found: list[tuple[str, str]] = ROW.findall(page())
    return found


def test_each_part_is_shown_by_a_command_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    shown = [(part, re.fullmatch(r"`make ([a-z-]+)[^`]*`", by)) for part, by in rows()]
    without = [part for part, found in shown if found is None]
    assert without == ["what came out"], "only the results are read, not shown"
    assert {found[1] for _part, found in shown if found} <= targets


def test_no_section_is_empty() -> None:
    sections = re.split(r"^## (.+)$", page(), flags=re.MULTILINE)
    filled = {
        title: ROW.findall(text) for title, text in zip(sections[1::2], sections[2::2], strict=True)
    }
    assert set(filled) == SECTIONS
    assert all(filled.values())


def test_what_can_be_proved_is_on_the_page_and_nothing_else() -> None:
    assert re.findall(r"`make prove PART=([a-z-]+)`", page()) == [
        *(part for _what, by in rows() for part in re.findall(r"PART=([a-z-]+)", by))
    ]
    assert set(re.findall(r"`make prove PART=([a-z-]+)`", page())) == set(parts())


@pytest.mark.parametrize("part", sorted(parts()))
def test_the_tests_of_a_part_are_there(part: str) -> None:
    for named in parts()[part]:
        path, _, test = named.partition("::")
        assert (ROOT / path).exists(), named
        if test:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert test in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        elif path.endswith(".py"):
            assert "def test_" in (ROOT / path).read_text(encoding="utf-8")
        else:
            assert list((ROOT / path).rglob("test_*.py")), named


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.attack)
def test_each_guard_stands_once_and_its_test_is_there(guard: Guard) -> None:
    assert (ROOT / guard.path).read_text(encoding="utf-8").count(guard.stands) == 1
    path, _, test = guard.test.partition("::")
    assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
