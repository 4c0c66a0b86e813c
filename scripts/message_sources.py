"""Where words that people read stand in the program: what `make messages` looks through."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from babel.messages.extract import extract_from_dir

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Line, name of the function, the text (or one and many), comments."""

Id = str | tuple[str, ...]
"""A message: its English text, or its singular and its plural."""

ERRORS = frozenset(
    {
        "ClassbellError",
        "ConfigurationFault",
        "InvalidInput",
        "NotAllowed",
        "NotFoundHere",
        "SignInCancelled",
        "StateInvalid",
        "WrongOrganisation",
    }
)
"""Errors of the domain whose texts are shown: the first argument, and those named in ``PARTS``."""

PARTS = frozenset({"what", "meaning", "remedy"})

# What only operators read, on the command line, stays English.
SKIPPED = ("cli", "config.py", "storage", "network", "engine", "smtp")

MARKERS: Mapping[str, None] = dict.fromkeys(("_", "gettext", "said", "marked"))
KEYWORDS = {**MARKERS, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


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
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in SKIPPED:
            with path.open("rb") as file_of_errors:
                for _line, _name, text, _none in words_of_errors(file_of_errors):
                    yield path.relative_to(package).as_posix(), text, None


def words_of_errors(
    file: BinaryIO,
    keywords: Collection[str] = (),  # noqa: ARG001 -- Babel hands it to every way of reading
) -> Iterator[Found]:
    """Yield the texts with which errors are raised, where they stand as they are shown."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in ERRORS:
            named = [one.value for one in node.keywords if one.arg in PARTS]
            for value in (*node.args[:1], *named):
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    yield value.lineno, node.func.id, value.value, []
