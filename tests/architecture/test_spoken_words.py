"""What the rooms below the doors say is found by a program, and every page says it translated."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from classbell.ports import errors
from classbell.web.admin_center.act_titles import TITLES
from tests.architecture.sources import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import message_sources

PACKAGE = ROOT / "src" / "classbell"
TEMPLATES = (PACKAGE / "web" / "templates", PACKAGE / "web" / "components")

ACT = re.compile(r"[a-z_]+\.[a-z_]+")
WRITERS = frozenset({"record", "_record", "record_people", "tell", "_tell", "_note", "_close"})
TELLS_EVENTS = frozenset({"entry_edits.py", "entry_rows.py", "shared_rows.py"})
"""Modules whose helper of such a name speaks to integrators, not to the record."""

SAID_BELOW = r"(?:\w+\.)*(?:what|meaning|remedy|explanation|evidence|reason|reasons|problem|detail)"
SHOWN = re.compile(r"\{\{(?P<shown>.*?)\}\}", re.DOTALL)
UNTRANSLATED = re.compile(rf"(?<![\w.'\"]){SAID_BELOW}(?![\w'\"(=])")
TRANSLATED_BEFORE = {
    "editor_ui.html": {"meaning"},
    "panel_shared_calendar.html": {"calendar.problem"},
    "problem.html": {"what", "meaning", "remedy"},
    "problem_toast.html": {"what", "meaning", "remedy"},
    "application_account.html": {"remedy"},
    "health.html": {"remedy"},
    "session.html": {"problem"},
}
"""What is translated where the page is put together."""


def test_every_error_people_read_is_looked_for() -> None:
    tree = {
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, errors.ClassbellError)
    }
    assert tree <= message_sources.ERRORS


def test_what_is_silent_is_there() -> None:
    for short in message_sources.SILENT:
        assert (PACKAGE / short).exists(), f"{short} is no more: take it out of SILENT"


def test_new_sentences_are_found(tmp_path: Path) -> None:
    module = tmp_path / "domain" / "news.py"
    module.parent.mkdir()
    module.write_text(
        '''"""About nothing in particular."""
NOBODY = "Nobody was told."
def tell(name, seats, log):
    """Say it all at once."""
    log.info("The log is told in English.")
    if seats < 0:
        raise ValueError("A number of seats is not negative.")
    raise InvalidInput(
        f"«{name}» is full: {seats} seats." if seats else "Full",
        meaning=NOBODY,
        remedy="Ask whoever " "knows." if name else "",
    )
def why(error):
    return f"The session was not saved: {error}"
''',
        encoding="utf-8",
    )
    [found] = message_sources.speaking(tmp_path)
    assert set(message_sources.sentences(found)) == {
        "Nobody was told.",
        "«{name}» is full: {seats} seats.",
        "Full",
        "Ask whoever knows.",
        "The session was not saved: {error}",
    }


def parts_shown() -> Iterator[tuple[str, str]]:
    """Yield what the templates show, with the name of each template."""
    for folder in TEMPLATES:
        for path in sorted(folder.glob("*.html")):
            for part in SHOWN.finditer(path.read_text(encoding="utf-8")):
                yield path.name, part["shown"]


def untranslated(name: str, shown: str) -> list[str]:
    """Return what a part of a template shows as the domain said it."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", shown.replace("map('translated')", "said"))
    bare = re.sub(r"\b(?:if|and|or|in|not) [\w.]+|\w+=(?=\w)", "", bare)
    bare = re.sub(rf"{SAID_BELOW}\|(?:select\|)?(?:translated|said)", "", bare)
    bare = re.sub(r"\[[^]]*\]\|select\|said", "", bare)
    return sorted(set(UNTRANSLATED.findall(bare)) - TRANSLATED_BEFORE.get(name, set()))


def test_pages_show_what_the_domain_says_in_the_language_of_the_page() -> None:
    found = {
        f"{name}: {one}"
        for name, shown in parts_shown()
        if not shown.lstrip().startswith("caller")
        for one in untranslated(name, shown)
    }
    assert found == set(), "say {{ ...|translated }}"


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("error.what", ["error.what"]),
        ("error.what|translated", []),
        ("_('Look'), entry.problem ~ ' ' ~ _('x')", ["entry.problem"]),
        ("[error.meaning, error.remedy]|select|map('translated')|join(' ')", []),
        ("held.reasons|map('translated')|join(' ')", []),
        ("held.reasons|join(' ')", ["held.reasons"]),
    ],
)
def test_the_look_at_pages_sees(shown: str, found: list[str]) -> None:
    assert untranslated("any.html", shown) == found


PLAIN = frozenset({"what", "meaning", "remedy", "explanation", "problem", "meeting_problem"})
"""Fields of errors and rows that hold what was said below."""


def shown_plainly(path: Path) -> Iterator[int]:
    """Yield the lines of a module of the door where such a field is not given to ``translated``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    fine: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_translated = isinstance(node, ast.Call) and (
            message_sources.called(node) in {"translated", "helps"}
            or any(isinstance(one, ast.Name) and one.id == "translated" for one in node.args)
        )
        is_logged = isinstance(node, ast.Call) and message_sources.called(node) in {
            *message_sources.LOG,
            *("remedy_for", "asks_for_approval"),
        }
        if is_translated or is_logged:
            fine |= set(ast.walk(node))
        if isinstance(node, ast.IfExp | ast.If):
            fine |= set(ast.walk(node.test))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        if node.attr in PLAIN and node not in fine:
            yield node.lineno


def test_the_door_says_what_the_domain_said_in_the_language_of_the_page() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted((PACKAGE / "web").rglob("*.py"))
        if path.name != "capability_words.py"  # It gathers the lines first, and then says them.
        for line in shown_plainly(path)
    }
    assert found == set(), "give it to translated()"


def acts() -> set[str]:
    """Return the words of all acts that the source writes into the record."""
    found: set[str] = set()
    for path in sorted((PACKAGE / "domain").rglob("*.py")):
        if path.name in TELLS_EVENTS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and message_sources.called(node) in WRITERS:
                found |= {
                    one.value
                    for one in ast.walk(node)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return {word for word in found if ACT.fullmatch(word)}


def test_every_act_of_the_record_has_a_title() -> None:
    found = acts()
    assert {"session.changed", "connection.switched_on"} <= found, "they are looked for"
    assert sorted(found - set(TITLES)) == [], "give them a title in act_titles.py"
