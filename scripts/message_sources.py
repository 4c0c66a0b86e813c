"""Where words that people read stand in the program: what `make messages` looks through."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

Id = str | tuple[str, ...]
"""A message: its English text, or its singular and its plural."""

KEYWORDS = {
    "_": None,
    "gettext": None,
    "marked": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}

SPEAKING = (
    "domain/connections/capability.py",
    "domain/connections/capability_lines.py",
    "domain/connections/health.py",
    "domain/connections/mailbox_lines.py",
    "domain/connections/remedies.py",
    "domain/connections/waiting.py",
    "domain/courses/own_place.py",
    "domain/notifications/own_calendar.py",
    "domain/organisations/access.py",
    "domain/organisations/course_access.py",
    "domain/organisations/people.py",
)
"""Modules whose sentences pages show, although nothing marks them: what an account can do, what
helps after a loss, why a message waits; why somebody may not, and what learners are told."""

SENTENCE = re.compile(r"[A-Z«{].*\s.*\s.*[.?:]", re.DOTALL)
LOG = frozenset({"debug", "info", "warning", "error", "exception"})


def sources(package: Path) -> Iterator[tuple[str, Id, str | None]]:
    """Yield every message of a package: the file it stands in, its id and its context.

    Args:
        package: the folder of the package ``classbell``.
    """
    methods = [("**.html", "jinja2"), ("**.py", "python")]
    options = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
    for file, _line, message, _comments, context in extract_from_dir(
        str(package), methods, options, keywords=KEYWORDS
    ):
        yield file, message, context
    for short in SPEAKING:
        for sentence in sentences(package / short):
            yield short, sentence, None


def sentences(path: Path) -> Iterator[str]:
    """Yield the sentences of a module, each value of an f-string as a name in braces."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = set(_unsaid(tree))
    for node in ast.walk(tree):
        if node in passed:
            continue
        text = ""
        if isinstance(node, ast.JoinedStr):
            passed.update(ast.walk(node))
            text = _template(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if SENTENCE.fullmatch(text.strip()):
            yield text.strip()


def _unsaid(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what nobody reads: docstrings, and what goes into the log."""
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_logged = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LOG
        )
        if is_docstring or is_logged:
            yield from ast.walk(node)


def _template(node: ast.JoinedStr) -> str:
    """Return an f-string with names in braces, each name once."""
    met: Counter[str] = Counter()
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            met[name] += 1
            parts.append(f"{{{name}{met[name] if met[name] > 1 else ''}}}")
    return "".join(parts)


def _name(value: ast.expr) -> str:
    """Return what a value is called in a template."""
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id.lower() if isinstance(value, ast.Name) else "value"
