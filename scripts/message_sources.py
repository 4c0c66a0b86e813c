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

DOORS = ("web", "cli", "api", "worker", "engine", "storage/migrations", "storage/sqlite")
"""Rooms that mark what people read, or speak to the operator or to programs alone."""

SILENT = {
    "django_settings.py": "speaks to the operator, at the start",
    "urls.py": "says nothing",
    "bootstrap/reaching.py": "speaks to the operator, in classbell doctor",
    "delivery/bulk.py": "is statements for the database",
    "delivery/lanes.py": "speaks to the log",
    "domain/backups/putting_back.py": "speaks on the command line",
    "domain/backups/taking.py": "speaks on the command line",
    "domain/connections/alarms.py": "is mail to the operator",
    "domain/connections/approval_text.py": "is mail to forward, which Microsoft's people read",
    "domain/connections/lane_pace.py": "speaks on the command line",
    "domain/connections/rerouting.py": "is mail with texts of its own",
    "domain/connections/rotation.py": "speaks on the command line",
    "domain/connections/support.py": "is for Microsoft's support, in English",
    "domain/connections/trouble.py": "is mail to the operator",
    "domain/courses/importing/": "speaks on the command line",
    "domain/integrations/caller.py": "answers programs",
    "domain/integrations/once.py": "answers programs",
    "domain/notifications/write_to_people.py": "answers programs",
    "domain/notifications/layout/words.py": "is mail, in each language beside it",
    "domain/notifications/templates/sample.py": "is mail to look at",
    "domain/operations/": "speaks to the operator, in classbell doctor and in metrics",
    "domain/organisations/audit.py": "refuses what only a fault of the program would record",
    "domain/organisations/many_people.py": "answers programs",
    "domain/organisations/organisations.py": "speaks on the command line",
    "domain/providers/activation.py": "speaks on the command line",
    "microsoft/graph/calendar_watching.py": "answers Microsoft",
    "network/comparing.py": "speaks on the command line",
    "network/http.py": "counts requests",
    "network/logs.py": "speaks to the operator, at the start",
    "network/tracing.py": "speaks to the operator, at the start",
    "storage/backup_file.py": "speaks on the command line",
    "storage/copies.py": "speaks on the command line",
    "storage/models/records.py": "refuses what only a fault of the program would do",
    "storage/queries/audit_check.py": "speaks on the command line",
    "storage/databases.py": "speaks to the operator, at the start",
}
"""What no page shows of the rooms below the doors, and why; all else there is for people."""

SENTENCE = re.compile(r"[A-Z«{].*\s.*([.?:]|[:.] \{\w+\})", re.DOTALL)
"""Something said: it ends as a sentence does, or with a value after a colon or another sentence."""

OWN_WORDS = 2
"""How many words of its own a sentence needs: what is all values is no sentence of ours."""

ERRORS = frozenset(
    {
        *("ApprovalNeeded", "ChangedMeanwhile", "ClassbellError", "ConfigurationFault"),
        *("InvalidInput", "KeyReused", "NotAllowed", "NotFoundHere", "ProviderFailure"),
        *("ScopeMissing", "SignInCancelled", "StateInvalid", "StillRunning", "TooManyRequests"),
        *("Unidentified", "Verdict", "WrongOrganisation"),
    }
)
"""What is made of what people read; a test holds this against `ports/errors.py`."""

TOLD = frozenset({"what", "meaning", "remedy", "explanation"})
"""The arguments of these that are read."""

LOG = frozenset({"debug", "info", "warning", "error", "exception"})
UNREAD = frozenset(
    {
        *("AssertionError", "KeyError", "LookupError", "NotImplementedError", "RuntimeError"),
        *("TypeError", "ValueError", "Counter", "Gauge", "Histogram"),
    }
)
"""What is called with words for programmers: mistakes of ours, and figures."""


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
    for path in speaking(package):
        short = path.relative_to(package).as_posix()
        for sentence in sentences(path):
            yield short, sentence, None


def speaking(package: Path) -> Iterator[Path]:
    """Yield the modules below the doors whose sentences pages may show, marked or not.

    Args:
        package: the folder of the package ``classbell``.
    """
    passed = tuple(f"{door}/" for door in DOORS) + tuple(SILENT)
    for path in sorted(package.rglob("*.py")):
        if not path.relative_to(package).as_posix().startswith(passed):
            yield path


def sentences(path: Path) -> Iterator[str]:
    """Yield what a module says, each value of an f-string as a name in braces.

    That is every sentence, and whatever an error is made of.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = set(_told(tree))
    passed = set(_unsaid(tree))
    for node in ast.walk(tree):
        if node in passed:
            continue
        text = ""
        if isinstance(node, ast.JoinedStr):
            # The texts between the values are no sentences, but those within a value may be.
            passed.update(one for one in node.values if isinstance(one, ast.Constant))
            text = _template(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        text = text.strip()
        if _is_said(text) or (node in told and _own_words(text)):
            yield text


def _is_said(text: str) -> bool:
    """Tell whether a text is a sentence of ours; one that begins with a value needs more of it."""
    needed = OWN_WORDS if text.startswith(("{", "«{")) else 1
    return bool(SENTENCE.fullmatch(text)) and _own_words(text) >= needed


def _own_words(text: str) -> int:
    """Count the words of a text that are no values."""
    return len(re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w*\}", "", text)))


def _told(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the arguments of errors that people read."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or called(node) not in ERRORS:
            continue
        if called(node) not in {"Verdict", "ProviderFailure"}:
            yield from (part for value in node.args[:1] for part in _branches(value))
        for word in node.keywords:
            if word.arg in TOLD:
                yield from _branches(word.value)


def _branches(value: ast.expr) -> Iterator[ast.AST]:
    """Yield what a value may be: itself, or either side of a condition."""
    if isinstance(value, ast.IfExp):
        yield from (*_branches(value.body), *_branches(value.orelse))
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from _branches(one)
    else:
        yield value


def called(node: ast.Call) -> str:
    """Return the name of what is called; empty where it has none."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _unsaid(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what nobody reads: docstrings, the log, and what programmers are told."""
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_logged = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LOG
        )
        is_unread = isinstance(node, ast.Call) and called(node) in UNREAD
        if is_docstring or is_logged or is_unread:
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
